package dev.vgnet.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.vgnet.graph.Operator.Function;
import jdk.incubator.vector.FloatVector;

/**
 * The element-wise functions on vectors, within 1e-6 of the true value, relative, wherever that is
 * above 1e-36 in magnitude. NaN stays NaN, as in PyTorch.
 */
final class Activations {
  private static final float LOG2_E = 1.442695f;
  private static final float LOG2_E_REST = 1.925963e-8f;

  /** Beyond these bounds {@code exp} of a float is 0 or infinite for our purposes. */
  private static final float MIN_EXPONENT = -88f;

  private static final float MAX_EXPONENT = 89f;

  /**
   * Added to a small number, its lowest bits become that number, rounded to an integer, plus the
   * bias of a float's exponent.
   */
  private static final float ROUND = 0x1.8p23f + 127;

  private static final int MANTISSA_BITS = 23;

  // 2^x on [-0.5, 0.5], minimising the greatest relative error (1.9e-9 before rounding to floats).
  private static final float C0 = 1f;
  private static final float C1 = 0.6931471824645996f;
  private static final float C2 = 0.24022646248340607f;
  private static final float C3 = 0.05550328642129898f;
  private static final float C4 = 0.009618489071726799f;
  private static final float C5 = 0.0013399930903688073f;
  private static final float C6 = 0.0001534581242594868f;

  private Activations() {}

  /**
   * The function's value in each lane.
   *
   * @param function a compile-time constant to the caller: only then is this one function's code
   */
  static FloatVector apply(Function function, FloatVector x) {
    // Not a switch: its table of ordinals is no constant to the compiler.
    if (function == Function.RELU) {
      return relu(x);
    }
    if (function == Function.RELU6) {
      return relu6(x);
    }
    if (function == Function.SILU) {
      return x.div(exponential(x.neg()).add(1f));
    }
    if (function == Function.SIGMOID) {
      return FloatVector.broadcast(Vectors.SPECIES, 1f).div(exponential(x.neg()).add(1f));
    }
    if (function == Function.HARDSWISH) {
      return x.mul(hardSigmoid(x));
    }
    return hardSigmoid(x);
  }

  private static FloatVector relu(FloatVector x) {
    return x.blend(0f, x.compare(LT, 0f));
  }

  private static FloatVector relu6(FloatVector x) {
    return clamp(x, 0f, 6f);
  }

  private static FloatVector hardSigmoid(FloatVector x) {
    return relu6(x.add(3f)).mul(1f / 6f);
  }

  /**
   * Two comparisons that are false for NaN; {@code min} and {@code max} take five instructions
   * each.
   */
  private static FloatVector clamp(FloatVector x, float min, float max) {
    return x.blend(min, x.compare(LT, min)).blend(max, x.compare(GT, max));
  }

  /** {@code 2^n * 2^f} where n is {@code x * log2(e)} rounded to an integer, and f the rest. */
  private static FloatVector exponential(FloatVector x) {
    FloatVector clamped = clamp(x, MIN_EXPONENT, MAX_EXPONENT);
    FloatVector log2e = FloatVector.broadcast(Vectors.SPECIES, LOG2_E);
    FloatVector rounded = clamped.fma(log2e, FloatVector.broadcast(Vectors.SPECIES, ROUND));
    FloatVector n = rounded.sub(ROUND);
    FloatVector f = clamped.fma(log2e, n.neg());
    f = clamped.fma(FloatVector.broadcast(Vectors.SPECIES, LOG2_E_REST), f);
    FloatVector power =
        rounded.reinterpretAsInts().lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
    return polynomial(f).mul(power);
  }

  private static FloatVector polynomial(FloatVector f) {
    FloatVector sum = FloatVector.broadcast(Vectors.SPECIES, C6);
    sum = sum.fma(f, FloatVector.broadcast(Vectors.SPECIES, C5));
    sum = sum.fma(f, FloatVector.broadcast(Vectors.SPECIES, C4));
    sum = sum.fma(f, FloatVector.broadcast(Vectors.SPECIES, C3));
    sum = sum.fma(f, FloatVector.broadcast(Vectors.SPECIES, C2));
    sum = sum.fma(f, FloatVector.broadcast(Vectors.SPECIES, C1));
    return sum.fma(f, FloatVector.broadcast(Vectors.SPECIES, C0));
  }
}
