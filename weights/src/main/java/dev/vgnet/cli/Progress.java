package dev.vgnet.cli;

import java.io.Console;
import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * The progress bar that long work shows on stderr, with the time left, if that is a terminal; in a
 * log, nothing. The {@code vgnet} script says which it is; without it, a guess is made from stdin
 * and stdout.
 */
public final class Progress {
  private static final String TERMINAL_PROPERTY = "vgnet.terminal";
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private Progress() {}

  /**
   * Shows a bar until it is closed.
   *
   * @param task what is done
   * @param steps until it is done
   */
  public static ProgressBar start(String task, long steps) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(500)
            .clearDisplayOnFinish();
    if (!isShown()) {
      builder.setConsumer(new DelegatingProgressBarConsumer(_ -> {}));
    }
    return builder.build();
  }

  private static boolean isShown() {
    String told = System.getProperty(TERMINAL_PROPERTY);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Prints a line above the bars. */
  public static void say(PrintWriter out, String line) {
    out.println((isShown() ? CLEAR_LINE : "") + line);
    out.flush();
  }
}
