package dev.vgnet.cpu.kernel;

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
   * Gathers the channels of each output pixel from anywhere. Plain Java, which is as fast as
   * vectors that gather, and at once. The output must not be part of the input.
   *
   * @param sources for each output channel, the distance of its source from the input's offset; a
   *     source may lie in another buffer of the same pixel stride
   */
  public static void permute(
      float[] arena, int in, int inStride, int[] sources, int out, int outStride, int pixels) {
    for (int p = 0; p < pixels; p++) {
      permute(arena, in + p * inStride, sources, out + p * outStride);
    }
  }

  private static void permute(float[] arena, int in, int[] sources, int out) {
    for (int c = 0; c < sources.length; c++) {
      arena[out + c] = arena[in + sources[c]];
    }
  }

  private static FloatVector load(float[] array, int index) {
    return FloatVector.fromArray(Vectors.SPECIES, array, index);
  }
}
