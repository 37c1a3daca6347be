package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;

/** What an {@link EpilogueSpec} does to one number after the bias, bit by bit as vectors do it. */
final class PlainEpilogue {
  private final EpilogueSpec spec;
  private final boolean activates;
  private final Function activation;
  private final boolean activatesLast;
  private final Function finalActivation;

  PlainEpilogue(EpilogueSpec spec) {
    this.spec = spec;
    activates = spec.activation().isPresent();
    activation = spec.activation().orElse(Function.RELU);
    activatesLast = spec.finalActivation().isPresent();
    finalActivation = spec.finalActivation().orElse(Function.RELU);
  }

  /**
   * @param scale the first row of an affine function, if there is one; the shift follows
   * @param stride from the scale to the shift
   * @param residual where the number to add lies in {@code out}, if one is added
   */
  float apply(float x, float[] weights, int scale, int stride, float[] out, int residual) {
    float y = activates ? PlainActivation.apply(activation, x) : x;
    if (spec.affine()) {
      y = Math.fma(y, weights[scale], weights[scale + stride]);
    }
    if (spec.residual()) {
      y += out[residual];
    }
    return activatesLast ? PlainActivation.apply(finalActivation, y) : y;
  }
}
