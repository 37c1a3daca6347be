package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;

/**
 * Writes element-wise functions. Their values are within 2e-7 of the true ones, relative, wherever
 * those exceed 1e-36 in magnitude, and NaN stays NaN, as in PyTorch.
 */
final class ActivationCode {
  static final float LOG2_E = 1.442695f;
  static final float LOG2_E_REST = 1.925963e-8f;

  /** Beyond these bounds {@code exp(x)} and {@code exp(-x)} leave no trace beside 1. */
  static final float MIN_EXPONENT = -88f;

  static final float MAX_EXPONENT = 89f;

  /**
   * Added to a small number, it leaves in the lowest bits that number, rounded to an integer, plus
   * the bias of a float's exponent.
   */
  static final float ROUND = 0x1.8p23f + 127;

  static final int MANTISSA_BITS = 23;

  /**
   * {@code 2^f} on [-0.5, 0.5], highest power first; fitted to the least greatest relative error,
   * 1.9e-9 before rounding to floats.
   */
  static final float[] EXP2 = {
    0.0001534581242594868f,
    0.0013399930903688073f,
    0.009618489071726799f,
    0.05550328642129898f,
    0.24022646248340607f,
    0.6931471824645996f,
    1f
  };

  private final KernelCode kernel;
  private final int x;
  private final int rounded;
  private final int scratch;

  /**
   * @param x the local whose vector is replaced by the function's value
   * @param firstScratch a free local, as are all after it
   */
  ActivationCode(KernelCode kernel, int x, int firstScratch) {
    this.kernel = kernel;
    this.x = x;
    scratch = firstScratch;
    rounded = firstScratch + 1;
  }

  void apply(Function function) {
    switch (function) {
      case RELU -> kernel.raise(x, 0f);
      case RELU6 -> relu6(x);
      case SILU -> {
        onePlusExpOfMinusX();
        kernel.get(x).get(scratch).divide().set(x);
      }
      case SIGMOID -> {
        onePlusExpOfMinusX();
        kernel.constant(1f).get(scratch).divide().set(x);
      }
      case HARDSWISH -> {
        hardSigmoid();
        kernel.get(x).get(scratch).multiply().set(x);
      }
      case HARDSIGMOID -> {
        hardSigmoid();
        kernel.get(scratch).set(x);
      }
    }
  }

  private void relu6(int vector) {
    kernel.raise(vector, 0f);
    kernel.lower(vector, 6f);
  }

  private void hardSigmoid() {
    kernel.get(x).constant(3f).add().set(scratch);
    relu6(scratch);
    kernel.get(scratch).constant(1f / 6f).multiply().set(scratch);
  }

  /** {@code 2^n * 2^f + 1}, where n is {@code -x * log2(e)} rounded to an integer, f the rest. */
  private void onePlusExpOfMinusX() {
    kernel.zero().get(x).subtract().set(scratch);
    kernel.raise(scratch, MIN_EXPONENT);
    kernel.lower(scratch, MAX_EXPONENT);
    kernel.get(scratch).constant(LOG2_E).constant(ROUND).multiplyAdd().set(rounded);
    kernel.get(scratch).constant(LOG2_E_REST);
    kernel.get(scratch).constant(LOG2_E).constant(ROUND).get(rounded).subtract().multiplyAdd();
    kernel.multiplyAdd().set(scratch);
    kernel.constant(EXP2[0]);
    for (int i = 1; i < EXP2.length; i++) {
      kernel.get(scratch).constant(EXP2[i]).multiplyAdd();
    }
    kernel.get(rounded).shiftBits(MANTISSA_BITS).constant(1f).multiplyAdd().set(scratch);
  }
}
