package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Prologue;
import java.util.Optional;

/** A prologue, ready to be applied to what a step has read or is about to copy. */
final class Preparation {
  private final EpilogueKernel kernel;
  private final EpilogueParameters parameters;

  private Preparation(EpilogueKernel kernel, EpilogueParameters parameters) {
    this.kernel = kernel;
    this.parameters = parameters;
  }

  /** Nothing for the prologue that changes nothing. */
  static Optional<Preparation> of(Prologue prologue, Weights weights) {
    if (prologue.isNone()) {
      return Optional.empty();
    }
    Optional<Affine> norm = prologue.norm().map(n -> Affine.of(n, weights::values));
    EpilogueSpec spec =
        new EpilogueSpec(false, Optional.empty(), norm.isPresent(), false, prologue.activation());
    EpilogueParameters parameters =
        new EpilogueParameters(
            new float[0],
            Finish.floats(norm.map(Affine::scale)),
            Finish.floats(norm.map(Affine::shift)));
    return Optional.of(new Preparation(EpilogueKernel.of(spec), parameters));
  }

  /** Prepares some channels of consecutive pixels in place, those of each side by side. */
  void apply(float[] arena, int from, int pixels, int firstChannel, int channels) {
    apply(arena, from, channels, from, channels, pixels, channels, firstChannel);
  }

  /** Copies consecutive pixels of a feature map, all channels of each side by side. */
  void copy(float[] arena, View input, int firstPixel, int pixels, int to, int stride) {
    int channel = 0;
    for (int i = 0; i < input.parts().size(); i++) {
      Part part = input.parts().get(i);
      int from = part.pixel(firstPixel);
      apply(arena, from, part.stride(), to + channel, stride, pixels, part.channels(), channel);
      channel += part.channels();
    }
  }

  private void apply(
      float[] arena,
      int from,
      int fromStride,
      int to,
      int toStride,
      int pixels,
      int channels,
      int firstChannel) {
    kernel.run(
        arena, from, fromStride, to, toStride, pixels, channels, parameters, firstChannel, 0, 0);
  }
}
