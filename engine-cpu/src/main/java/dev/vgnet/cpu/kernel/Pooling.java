package dev.vgnet.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Maxima and means over windows and whole maps. */
public final class Pooling {
  private static final int LANES = Vectors.LANES;

  /** Sums of more pixels than this are sums of sums, to keep the rounding error small. */
  private static final int BLOCK = 32;

  private Pooling() {}

  /**
   * One row of windows that slide along input rows.
   *
   * @param kernel the width of a window; its height is the number of rows handed in
   * @param channels exactly those are written; rounded up to whole vectors it is a little faster
   */
  public record Row(
      int kernel,
      int stride,
      int padding,
      int inWidth,
      int inStride,
      int outWidth,
      int outStride,
      int channels) {}

  /**
   * The maximum of each window of one output row; a window has at least one pixel inside.
   *
   * @param rowOffsets the first pixel of each input row of the window that lies inside the image
   * @param rows how many those are
   * @param scratch room for an input row
   */
  public static void max(float[] arena, int[] rowOffsets, int rows, int scratch, int out, Row row) {
    boolean dense = Vectors.padded(row.channels) == row.inStride;
    int lines = dense ? 1 : row.inWidth;
    int length = dense ? row.inWidth * row.inStride : row.channels;
    for (int y = 0; y == 0 || y < rows - 1; y += 2) {
      int second = Math.min(y + 1, rows - 1);
      int third = Math.min(y + 2, rows - 1);
      for (int line = 0; line < lines; line++) {
        int shift = line * row.inStride;
        int to = scratch + shift;
        int a = y == 0 ? rowOffsets[0] + shift : to;
        max(arena, a, rowOffsets[second] + shift, rowOffsets[third] + shift, to, length);
      }
    }
    for (int x = 0; x < row.outWidth; x++) {
      int start = x * row.stride - row.padding;
      int last = Math.min(start + row.kernel, row.inWidth) - 1;
      int first = Math.max(start, 0);
      int to = out + x * row.outStride;
      for (int column = first; column == first || column < last; column += 2) {
        int a = column == first ? scratch + column * row.inStride : to;
        int b = scratch + Math.min(column + 1, last) * row.inStride;
        int c = scratch + Math.min(column + 2, last) * row.inStride;
        max(arena, a, b, c, to, row.channels);
      }
    }
  }

  /** The greatest of three: repeating one is cheaper than code for every number of them. */
  private static void max(float[] arena, int a, int b, int c, int to, int channels) {
    for (int i = 0; i < channels; i += LANES) {
      FloatVector max =
          greater(greater(load(arena, a + i), load(arena, b + i)), load(arena, c + i));
      store(max, arena, to + i, channels - i);
    }
  }

  /** NaN is greater than any number. {@link FloatVector#max} is slower, as it tells -0 from 0. */
  private static FloatVector greater(FloatVector one, FloatVector other) {
    VectorMask<Float> greater = other.compare(VectorOperators.GT, one);
    return one.blend(other, greater.or(other.compare(VectorOperators.NE, other)));
  }

  /**
   * The mean of each window of one output row; no window leaves the image.
   *
   * @param rowOffsets the first pixel of each input row of the window
   */
  public static void average(float[] arena, int[] rowOffsets, int out, Row row) {
    float weight = 1f / (row.kernel * row.kernel);
    for (int c = 0; c < row.channels; c += LANES) {
      for (int x = 0; x < row.outWidth; x++) {
        int from = x * row.stride;
        FloatVector sum = FloatVector.zero(Vectors.SPECIES);
        for (int y = 0; y < row.kernel; y++) {
          for (int column = from; column < from + row.kernel; column++) {
            sum = sum.add(load(arena, rowOffsets[y] + column * row.inStride + c));
          }
        }
        store(sum.mul(weight), arena, out + x * row.outStride + c, row.channels - c);
      }
    }
  }

  /**
   * The sum of each channel over consecutive pixels, divided by a number. The rounding error of the
   * sum is that of {@code 32 + pixels / 32} additions.
   *
   * @param channels exactly those are written
   */
  public static void sum(
      float[] arena, int in, int inStride, int pixels, int channels, int divisor, int out) {
    for (int c = 0; c < channels; c += LANES) {
      FloatVector total = FloatVector.zero(Vectors.SPECIES);
      for (int block = 0; block < pixels; block += BLOCK) {
        int end = Math.min(block + BLOCK, pixels);
        FloatVector sum = load(arena, in + block * inStride + c);
        for (int p = block + 1; p < end; p++) {
          sum = sum.add(load(arena, in + p * inStride + c));
        }
        total = total.add(sum);
      }
      store(total.div(divisor), arena, out + c, channels - c);
    }
  }

  /**
   * The mean of each channel over a rectangle of pixels. The rounding error is that of {@code width
   * + height} additions.
   *
   * @param in the first pixel of the first row
   * @param rowStride from one row of the rectangle to the next
   * @param channels exactly those are written
   */
  public static void mean(
      float[] arena,
      int in,
      int stride,
      int rowStride,
      int width,
      int height,
      int channels,
      int out) {
    float area = (float) width * height;
    for (int c = 0; c < channels; c += LANES) {
      FloatVector total = FloatVector.zero(Vectors.SPECIES);
      for (int y = 0; y < height; y++) {
        int row = in + y * rowStride + c;
        FloatVector sum = load(arena, row);
        for (int x = 1; x < width; x++) {
          sum = sum.add(load(arena, row + x * stride));
        }
        total = total.add(sum);
      }
      store(total.div(area), arena, out + c, channels - c);
    }
  }

  private static FloatVector load(float[] array, int index) {
    return FloatVector.fromArray(Vectors.SPECIES, array, index);
  }

  private static void store(FloatVector value, float[] array, int index, int channels) {
    if (channels >= LANES) {
      value.intoArray(array, index);
    } else {
      VectorMask<Float> inside = Vectors.SPECIES.indexInRange(0, channels);
      value.intoArray(array, index, inside);
    }
  }
}
