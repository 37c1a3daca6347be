package dev.vgnet.bench;

/** The measuring command. JMH's own is the jar's main class. */
public final class Main {
  private Main() {}

  /**
   * @param args the command line; {@code --help} explains it
   */
  public static void main(String[] args) {
    dev.vgnet.cli.Main.run(new BenchCommand(), args);
  }
}
