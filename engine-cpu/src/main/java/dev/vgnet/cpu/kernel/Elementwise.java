package dev.vgnet.cpu.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Products and permutations of channels of consecutive pixels. */
public final class Elementwise {
  private static final int LANES = Vectors.LANES;

  private Elementwise() {}

  /**
   * Multiplies each pixel by a factor a channel. Input, factor and output may be the same.
   *
   * @param factorStride from one pixel's factors to the next one's; 0 if all share them
   * @param channels exactly those are written
   */
  public static void multiply(
      float[] arena,
      int in,
      int inStride,
      int factor,
      int factorStride,
      int out,
      int outStride,
      int pixels,
      int channels) {
    for (int c = 0; c < channels; c += LANES) {
      boolean whole = c + LANES <= channels;
      VectorMask<Float> inside = Vectors.SPECIES.indexInRange(c, channels);
      for (int p = 0; p < pixels; p++) {
        FloatVector x = load(arena, in + p * inStride + c);
        FloatVector product = x.mul(load(arena, factor + p * factorStride + c));
        int index = out + p * outStride + c;
        if (whole) {
          product.intoArray(arena, index);
        } else {
          product.intoArray(arena, index, inside);
        }
      }
    }
  }

  /**
   * Where output channels come from, for {@link #permute}.
   *
   * @param sources for each output channel, the distance of its source from the input's offset; a
   *     source may lie in another buffer of the same pixel stride
   */
  public static int[] permutation(int[] sources) {
    return Arrays.copyOf(sources, Vectors.padded(sources.length));
  }

  /**
   * Gathers the channels of each output pixel from anywhere. The output must not be part of the
   * input, and has whole vectors of channels.
   *
   * @param permutation made by {@link #permutation}
   */
  public static void permute(
      float[] arena, int in, int inStride, int[] permutation, int out, int outStride, int pixels) {
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < permutation.length; c += LANES) {
        FloatVector.fromArray(Vectors.SPECIES, arena, in + p * inStride, permutation, c)
            .intoArray(arena, out + p * outStride + c);
      }
    }
  }

  private static FloatVector load(float[] array, int index) {
    return FloatVector.fromArray(Vectors.SPECIES, array, index);
  }
}
