package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.graph.Operator.Function;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationCodeTest {
  private static final double RELATIVE = 4e-7;
  private static final double USUAL_RELATIVE = 2.5e-7;
  private static final float USUAL = 20;
  private static final double ABSOLUTE = 1e-36;

  /** Coprime to the number of floats, so that every sign, exponent and low bit occurs. */
  private static final int STEP = 1021;

  private static final int PIXELS = 1 << 12;

  @ParameterizedTest
  @EnumSource(Function.class)
  void agreesWithDoublePrecisionOverAllFloats(Function function) {
    EpilogueSpec spec =
        new EpilogueSpec(false, Optional.of(function), false, false, Optional.empty());
    EpilogueKernel kernel = EpilogueKernel.of(spec);
    float[] values = new float[PIXELS * Vectors.LANES];
    long bits = 0;
    while (bits < 1L << 32) {
      long first = bits;
      for (int i = 0; i < values.length; i++, bits += STEP) {
        values[i] = Float.intBitsToFloat((int) bits);
      }
      finish(kernel, values);
      for (int i = 0; i < values.length; i++) {
        check(function, Float.intBitsToFloat((int) (first + (long) i * STEP)), values[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void agreesAtSpecialValues(Function function) {
    float[] special = {
      0f,
      -0f,
      1f,
      -1f,
      3f,
      -3f,
      6f,
      -6f,
      87.5f,
      -87.5f,
      88.5f,
      -88.5f,
      89f,
      -89f,
      104f,
      -104f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      -Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      Float.intBitsToFloat(0xFFC00000),
      Float.intBitsToFloat(0x7F800001)
    };
    EpilogueSpec spec =
        new EpilogueSpec(false, Optional.empty(), false, false, Optional.of(function));
    for (float value : special) {
      float[] values = new float[Vectors.LANES];
      values[0] = value;
      finish(EpilogueKernel.of(spec), values);
      check(function, value, values[0]);
    }
  }

  private static void finish(EpilogueKernel kernel, float[] values) {
    int pixels = values.length / Vectors.LANES;
    kernel.run(
        values,
        0,
        Vectors.LANES,
        0,
        Vectors.LANES,
        pixels,
        Vectors.LANES,
        EpilogueParameters.NONE,
        0,
        0,
        0);
  }

  private static void check(Function function, float x, float found) {
    double expected = function.apply(x);
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      assertEquals(expected, found, () -> function + " of " + x);
    } else {
      double error = Math.abs(expected - found);
      double relative = Math.abs(x) <= USUAL ? USUAL_RELATIVE : RELATIVE;
      assertTrue(
          error <= relative * Math.abs(expected) + ABSOLUTE,
          () -> "%s of %s: expected %s, found %s".formatted(function, x, expected, found));
    }
  }
}
