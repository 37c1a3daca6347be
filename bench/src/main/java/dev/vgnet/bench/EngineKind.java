package dev.vgnet.bench;

import java.util.Locale;

/** What can be measured. */
enum EngineKind {
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
  static EngineKind of(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** What files and parameters call it. */
  String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What readers call it. */
  String label() {
    return label;
  }

  /**
   * How far its logits may be from another engine's, as a share of the largest: guards against
   * engines that compute different things; accuracy is for tests to prove.
   */
  double tolerance() {
    return tolerance;
  }
}
