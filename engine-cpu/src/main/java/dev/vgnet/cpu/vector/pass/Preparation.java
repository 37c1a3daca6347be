package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Prologue;
import java.util.Optional;

/**
 * A prologue, ready to be applied to what a step has read or is about to copy. Pixels of few
 * channels that lie side by side, as those of an image, are prepared in groups that fill whole
 * vectors: one after the other, each would wait for what was written beside it.
 */
public final class Preparation {
  private final RehearsedKernel<EpilogueKernel> kernel;
  private final EpilogueParameters parameters;
  private final int channels;
  private final int group;

  /**
   * @param channels of a pixel
   * @param group pixels that the parameters are repeated for
   */
  private Preparation(
      RehearsedKernel<EpilogueKernel> kernel,
      EpilogueParameters parameters,
      int channels,
      int group) {
    this.kernel = kernel;
    this.parameters = parameters;
    this.channels = channels;
    this.group = group;
  }

  /** Nothing for the prologue that changes nothing. */
  public static Optional<Preparation> of(Prologue prologue, int channels, Weights weights) {
    if (prologue.isNone()) {
      return Optional.empty();
    }
    Optional<Affine> norm = prologue.norm().map(n -> Affine.of(n, weights::values));
    EpilogueSpec spec =
        new EpilogueSpec(false, Optional.empty(), norm.isPresent(), false, prologue.activation());
    int group = channels < Vectors.LANES ? Vectors.LANES : 1;
    EpilogueParameters parameters =
        new EpilogueParameters(
            new float[0],
            repeated(norm.map(Affine::scale), group),
            repeated(norm.map(Affine::shift), group));
    return Optional.of(new Preparation(RehearsedKernel.of(spec), parameters, channels, group));
  }

  private static float[] repeated(Optional<double[]> channels, int times) {
    double[] values = channels.orElseGet(() -> new double[0]);
    float[] repeated = new float[values.length * times];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = (float) values[i % values.length];
    }
    return repeated;
  }

  RehearsedKernel<?> kernel() {
    return kernel;
  }

  /** Prepares some channels of consecutive pixels in place, those of each side by side. */
  void apply(float[] arena, int from, int pixels, int firstChannel, int channels) {
    int groups = channels == this.channels ? pixels / group : 0;
    int size = group * channels;
    apply(arena, from, size, from, size, groups, size, firstChannel);
    int rest = pixels - groups * group;
    int restFrom = from + groups * size;
    apply(arena, restFrom, channels, restFrom, channels, rest, channels, firstChannel);
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
    kernel
        .kernel()
        .run(
            arena,
            from,
            fromStride,
            to,
            toStride,
            pixels,
            channels,
            parameters,
            firstChannel,
            0,
            0);
  }
}
