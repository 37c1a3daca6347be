package dev.vgnet.bench;

import java.util.Locale;

/** The measuring command. JMH's own is the jar's main class. */
public final class Main {
  private Main() {}

  /**
   * @param args the command line; {@code --help} explains it
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    System.exit(dev.vgnet.cli.Main.execute(new BenchCommand(), args));
  }
}
