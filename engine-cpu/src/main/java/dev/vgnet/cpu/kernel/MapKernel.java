package dev.vgnet.cpu.kernel;

/** Maxima, means and products of feature maps, and the copy of an image's row. */
public interface MapKernel {
  /**
   * One row of windows that slide along input rows.
   *
   * @param kernel the width of a window; its height is the number of rows handed in
   * @param channels exactly those are written; rounded up to whole vectors it is a little faster
   */
  record Row(
      int kernel,
      int stride,
      int padding,
      int inWidth,
      int inStride,
      int outWidth,
      int outStride,
      int channels) {
    /** How many windows from one on are computed together: small ones inside the row. */
    private int alike(int x) {
      int start = x * stride - padding;
      if (kernel > 3 || start < 0) {
        return 1;
      }
      return Math.clamp((inWidth - kernel - start) / stride + 1, 1, outWidth - x);
    }
  }

  /**
   * The maximum of each window of one output row; NaN is greater than any number. A window has at
   * least one pixel inside.
   *
   * @param rowOffsets the first pixel of each input row of the window that lies inside the image
   * @param rows how many those are
   * @param scratch room for an input row
   */
  default void max(float[] arena, int[] rowOffsets, int rows, int scratch, int out, Row row) {
    boolean dense = Vectors.padded(row.channels) == row.inStride;
    int pixels = dense ? 1 : row.inWidth;
    int length = dense ? row.inWidth * row.inStride : row.channels;
    for (int y = 0; y == 0 || y < rows - 1; y += 2) {
      int a = y == 0 ? rowOffsets[0] : scratch;
      int b = rowOffsets[Math.min(y + 1, rows - 1)];
      int c = rowOffsets[Math.min(y + 2, rows - 1)];
      max(arena, a, b, c, row.inStride, scratch, row.inStride, pixels, length);
    }
    int windows;
    for (int x = 0; x < row.outWidth; x += windows) {
      windows = row.alike(x);
      int start = x * row.stride - row.padding;
      int last = Math.min(start + row.kernel, row.inWidth) - 1;
      int first = Math.max(start, 0);
      int step = row.stride * row.inStride;
      int to = out + x * row.outStride;
      for (int column = first; column == first || column < last; column += 2) {
        int a = column == first ? scratch + column * row.inStride : to;
        int b = scratch + Math.min(column + 1, last) * row.inStride;
        int c = scratch + Math.min(column + 2, last) * row.inStride;
        max(arena, a, b, c, step, to, row.outStride, windows, row.channels);
      }
    }
  }

  /**
   * The greatest of three numbers each: repeating one is cheaper than code for every number of
   * them. The output may be the first of them.
   *
   * @param step from one pixel of each to the next
   * @param channels exactly those are written
   */
  void max(
      float[] arena, int a, int b, int c, int step, int out, int outStep, int pixels, int channels);

  /**
   * The sum of each channel over the pixels of some lines, times a factor. Each line is summed up
   * on its own: the rounding error is that of {@code width + lines} additions.
   *
   * @param lines where they start
   * @param first added to each of them
   * @param stride from one pixel to the next
   * @param width pixels of a line; the last one ends with the last pixel
   * @param channels exactly those are written
   */
  void mean(
      float[] arena,
      int[] lines,
      int first,
      int stride,
      int width,
      int pixels,
      int channels,
      float factor,
      int out);

  /**
   * Multiplies each pixel by a factor a channel. Input, factor and output may be the same.
   *
   * @param factorStride from one pixel's factors to the next one's; 0 if all share them
   * @param channels exactly those are written
   */
  void multiply(
      float[] arena,
      int in,
      int inStride,
      int factor,
      int factorStride,
      int out,
      int outStride,
      int pixels,
      int channels);

  /**
   * Copies a row of three planes, the colours of a pixel side by side: three times as fast as plane
   * by plane, and with vectors where nothing lies between two pixels.
   *
   * @param a where in {@code planes} the first one's row is, as {@code b} and {@code c} of the
   *     others
   * @param out the first colour of the first pixel
   * @param stride from one pixel of the copy to the next
   */
  void interleave(
      float[] planes, int a, int b, int c, int width, float[] arena, int out, int stride);
}
