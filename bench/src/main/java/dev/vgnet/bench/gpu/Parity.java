package dev.vgnet.bench.gpu;

import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Precision;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How far a device's logits are from those of the scalar reference.
 *
 * @param error the largest difference, in standard deviations of the reference's logits
 * @param limit the goal for the error
 * @param passed whether the error is a number, the goal is met, and the same run gives the same
 *     bits
 * @param topOneDiffers images whose best class differs; below the limit only ties can
 */
public record Parity(
    String network,
    Precision precision,
    double error,
    double limit,
    boolean repeatable,
    int topOneDiffers,
    boolean passed) {

  /** What the scalar reference computes. */
  static float[] reference(Workload workload) {
    SessionOptions options = SessionOptions.builder().backend("reference").build();
    try (Session session = workload.model().newSession(options)) {
      return run(session, workload);
    }
  }

  /** Runs the workload twice. */
  static Parity of(
      String network, Workload workload, float[] expected, Backend backend, Precision precision) {
    SessionOptions options =
        SessionOptions.builder().backend(backend.name()).precision(precision).build();
    try (Session session = workload.model().newSession(options)) {
      float[] actual = run(session, workload);
      boolean repeatable = Arrays.equals(actual, run(session, workload));
      double error = error(expected, actual);
      double limit = limit(precision);
      int topOneDiffers = topOneDiffers(expected, actual, workload.shape().extent(0));
      return new Parity(
          network,
          precision,
          error,
          limit,
          repeatable,
          topOneDiffers,
          repeatable && error <= limit);
    }
  }

  /** The goals for networks as deep as the zoo's. */
  static double limit(Precision precision) {
    return switch (precision) {
      case FP32 -> 1e-4;
      case TF32 -> 5e-3;
      case FP16 -> 2e-2;
    };
  }

  /** NaN if any logit is. */
  public static double error(float[] expected, float[] actual) {
    double mean =
        IntStream.range(0, expected.length).mapToDouble(i -> expected[i]).average().orElseThrow();
    double variance = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      variance += (expected[i] - mean) * (expected[i] - mean) / expected.length;
      largest = Math.max(largest, Math.abs((double) expected[i] - actual[i]));
    }
    return largest / Math.sqrt(variance);
  }

  public static int topOneDiffers(float[] expected, float[] actual, int images) {
    int classes = expected.length / images;
    return (int)
        IntStream.range(0, images)
            .filter(i -> best(expected, i * classes, classes) != best(actual, i * classes, classes))
            .count();
  }

  private static int best(float[] logits, int from, int count) {
    int best = from;
    for (int i = from + 1; i < from + count; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  private static float[] run(Session session, Workload workload) {
    float[] logits = new float[(int) session.outputShape(workload.shape()).elementCount()];
    session.run(workload.shape(), workload.images(), logits);
    return logits;
  }
}
