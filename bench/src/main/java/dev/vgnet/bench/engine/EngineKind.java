package dev.vgnet.bench.engine;

import java.util.Locale;

/** What can be measured. */
public enum EngineKind {
  VGNET("this engine", 1e-3),
  ORT("ONNX Runtime", 1e-3),
  DJL("PyTorch (DJL)", 1e-3),
  CUDA_FP32("this engine, CUDA FP32", 1e-3),
  CUDA_TF32("this engine, CUDA TF32", 5e-2),
  CUDA_FP16("this engine, CUDA FP16", 5e-2);

  private final String label;
  private final double tolerance;

  EngineKind(String label, double tolerance) {
    this.label = label;
    this.tolerance = tolerance;
  }

  /** The engine of that {@link #id}. */
  public static EngineKind of(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** What files and parameters call it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What readers call it. */
  public String label() {
    return label;
  }

  /**
   * Guards against engines that compute different things; accuracy is for tests to prove.
   *
   * @param expected another engine's logits
   * @param logits this one's
   * @throws IllegalStateException if they differ by more than a share of the largest
   */
  public void requireSame(float[] expected, float[] logits) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - logits[i]));
    }
    if (!(difference <= tolerance * largest)) {
      throw new IllegalStateException(
          "the logits of %s differ by %g; the largest is %g".formatted(label, difference, largest));
    }
  }
}
