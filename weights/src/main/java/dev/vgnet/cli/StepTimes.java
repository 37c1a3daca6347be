package dev.vgnet.cli;

import dev.vgnet.Session;
import dev.vgnet.profile.ChromeTrace;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/** How long the steps of a session take, on blank images. */
final class StepTimes {
  static final int RUNS = 51;
  static final int TRACED_RUNS = 5;

  private StepTimes() {}

  /** Until runs stop getting faster. */
  static void warmUp(Session session, Shape input) {
    try (ProgressBar _ = Progress.start("warming up", -1)) {
      session.warmUp(input);
    }
  }

  /** The median of each step in nanoseconds. */
  static long[] medians(Session session, Shape input) {
    Tensor images = blank(input);
    long[][] runs = new long[RUNS][];
    try (ProgressBar progress = Progress.start("measuring", RUNS)) {
      for (int run = 0; run < RUNS; run++) {
        runs[run] = session.profile(images);
        progress.step();
      }
    }
    return IntStream.range(0, runs[0].length)
        .mapToLong(
            step -> Arrays.stream(runs).mapToLong(run -> run[step]).sorted().toArray()[RUNS / 2])
        .toArray();
  }

  /**
   * Records a few runs as a trace.
   *
   * @throws CommandFailure if the session's backend records nothing
   */
  static String trace(String title, Session session, Shape input) throws IOException {
    Tensor images = blank(input);
    ChromeTrace.Trace trace =
        ChromeTrace.record(
            title,
            () -> {
              for (int run = 0; run < TRACED_RUNS; run++) {
                session.run(images);
              }
            });
    if (trace.events() == 0) {
      throw new CommandFailure(
          "--trace: the backend %s records no steps".formatted(session.backend()));
    }
    return trace.json();
  }

  private static Tensor blank(Shape input) {
    return Tensor.of(input, new float[(int) input.elementCount()]);
  }
}
