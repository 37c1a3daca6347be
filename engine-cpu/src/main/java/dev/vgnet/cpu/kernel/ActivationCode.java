package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;

/**
 * Writes element-wise functions. Their values are within 4e-7 of the true ones, relative, wherever
 * those exceed 1e-36 in magnitude (2.5e-7 for arguments between -20 and 20), and NaN stays NaN, as
 * in PyTorch.
 */
final class ActivationCode {
  static final float LOG2_E = 1.442695f;
  static final float LN_2 = 0.6931472f;

  /** Beyond these bounds {@code exp(x)} and {@code exp(-x)} leave no trace beside 1. */
  static final float MIN_ARGUMENT = -89f;

  static final float MAX_ARGUMENT = 88f;

  /**
   * Added to a small number, it leaves in the lowest bits that number, rounded to an integer, plus
   * the bias of a float's exponent.
   */
  static final float ROUND = 0x1.8p23f + 127;

  static final int MANTISSA_BITS = 23;

  /**
   * {@code exp(-t)} for t within half of ln 2 from 0, highest power first; fitted to the least
   * greatest relative error, 2e-9 before rounding to floats. One power less, whose error is 9e-8,
   * took one of the 148 golden cases out of its tolerance.
   */
  static final float[] EXP = {
    0.0013843606f, -0.0083741955f, 0.041668005f, -0.1666643f, 0.49999994f, -1f, 1f
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

  /** {@code 2^n * exp(-t) + 1}, where n is {@code -x / ln(2)} rounded to an integer. */
  private void onePlusExpOfMinusX() {
    kernel.get(x).set(scratch);
    kernel.raise(scratch, MIN_ARGUMENT);
    kernel.lower(scratch, MAX_ARGUMENT);
    kernel.get(scratch).constant(-LOG2_E).constant(ROUND).multiplyAdd().set(rounded);
    kernel.get(rounded).constant(ROUND).subtract();
    kernel.constant(LN_2).get(scratch).multiplyAdd().set(scratch);
    kernel.constant(EXP[0]);
    for (int i = 1; i < EXP.length; i++) {
      kernel.get(scratch).constant(EXP[i]).multiplyAdd();
    }
    kernel.get(rounded).shiftBits(MANTISSA_BITS).constant(1f).multiplyAdd().set(scratch);
  }
}
