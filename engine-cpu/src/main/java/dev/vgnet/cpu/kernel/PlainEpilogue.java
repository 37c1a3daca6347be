package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;

/** The {@link Twin} of a generated epilogue: what vectors do, bit by bit. */
final class PlainEpilogue implements EpilogueKernel, Twin<EpilogueKernel> {
  /** Of a rehearsal. */
  private static final int PIXELS = 14;

  /** Of a rehearsal: a whole vector and a part of one. */
  private static final int CHANNELS = Vectors.LANES + 1;

  private static final int STRIDE = 2 * Vectors.LANES;

  private final EpilogueSpec spec;
  private final boolean activates;
  private final Function activation;
  private final boolean activatesLast;
  private final Function finalActivation;
  private final EpilogueParameters blank;

  PlainEpilogue(EpilogueSpec spec) {
    this.spec = spec;
    activates = spec.activation().isPresent();
    activation = spec.activation().orElse(Function.RELU);
    activatesLast = spec.finalActivation().isPresent();
    finalActivation = spec.finalActivation().orElse(Function.RELU);
    float[] zeros = new float[STRIDE];
    blank = new EpilogueParameters(zeros, zeros, zeros);
  }

  /**
   * One number, its bias added.
   *
   * @param scale where that of its channel lies in {@code scales}, if there is one
   * @param residual where the number to add lies in {@code residuals}, if one is added
   */
  float apply(
      float x,
      float[] scales,
      int scale,
      float[] shifts,
      int shift,
      float[] residuals,
      int residual) {
    float y = activates ? PlainActivation.apply(activation, x) : x;
    if (spec.affine()) {
      y = Math.fma(y, scales[scale], shifts[shift]);
    }
    if (spec.residual()) {
      y += residuals[residual];
    }
    return activatesLast ? PlainActivation.apply(finalActivation, y) : y;
  }

  @Override
  public void run(
      float[] arena,
      int in,
      int inStride,
      int out,
      int outStride,
      int pixels,
      int channels,
      EpilogueParameters parameters,
      int firstChannel,
      int residual,
      int residualStride) {
    for (int p = 0; p < pixels; p++) {
      int from = in + p * inStride;
      int to = out + p * outStride;
      int added = residual + p * residualStride;
      for (int c = 0; c < channels; c++) {
        int channel = firstChannel + c;
        float sum = arena[from + c];
        float x = spec.bias() ? sum + parameters.bias()[channel] : sum;
        arena[to + c] =
            apply(x, parameters.scale(), channel, parameters.shift(), channel, arena, added + c);
      }
    }
  }

  @Override
  public EpilogueKernel kernel() {
    return this;
  }

  @Override
  public EpilogueKernel generate() {
    return EpilogueKernel.of(spec);
  }

  @Override
  public long memory() {
    return PIXELS * STRIDE;
  }

  @Override
  public void rehearse(EpilogueKernel kernel, float[] memory) {
    kernel.run(memory, 0, STRIDE, 0, STRIDE, PIXELS, CHANNELS, blank, 0, 0, STRIDE);
  }
}
