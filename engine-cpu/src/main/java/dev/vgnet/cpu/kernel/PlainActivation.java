package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;

/** The functions of {@link ActivationCode}, number by number, to the same bits. */
final class PlainActivation {
  private PlainActivation() {}

  static float apply(Function function, float x) {
    return switch (function) {
      case RELU -> raise(x, 0f);
      case RELU6 -> relu6(x);
      case SILU -> x / onePlusExpOfMinus(x);
      case SIGMOID -> 1f / onePlusExpOfMinus(x);
      case HARDSWISH -> x * hardSigmoid(x);
      case HARDSIGMOID -> hardSigmoid(x);
    };
  }

  private static float raise(float x, float bound) {
    return x < bound ? bound : x;
  }

  private static float lower(float x, float bound) {
    return x > bound ? bound : x;
  }

  private static float relu6(float x) {
    return lower(raise(x, 0f), 6f);
  }

  private static float hardSigmoid(float x) {
    return relu6(x + 3f) * (1f / 6f);
  }

  private static float onePlusExpOfMinus(float x) {
    float y = lower(raise(x, ActivationCode.MIN_ARGUMENT), ActivationCode.MAX_ARGUMENT);
    float rounded = Math.fma(y, -ActivationCode.LOG2_E, ActivationCode.ROUND);
    float rest = Math.fma(rounded - ActivationCode.ROUND, ActivationCode.LN_2, y);
    float power = ActivationCode.EXP[0];
    for (int i = 1; i < ActivationCode.EXP.length; i++) {
      power = Math.fma(power, rest, ActivationCode.EXP[i]);
    }
    int exponent = Float.floatToRawIntBits(rounded) << ActivationCode.MANTISSA_BITS;
    return Math.fma(power, Float.intBitsToFloat(exponent), 1f);
  }
}
