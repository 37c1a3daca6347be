package dev.vgnet.cli;

import java.io.Console;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress bar that long work shows on a terminal, with the time left; in a log, nothing. */
final class Progress {
  private Progress() {}

  static ProgressBar start(String task, long steps) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(500)
            .clearDisplayOnFinish();
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      builder.setConsumer(new DelegatingProgressBarConsumer(_ -> {}));
    }
    return builder.build();
  }
}
