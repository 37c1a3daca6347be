package dev.vgnet.cpu.kernel;

/**
 * A convolution of each channel by itself, strip by strip of output pixels.
 *
 * <p>Weights are packed {@code [vector][K * K][LANES]}. After those of a vector of channels come
 * their bias, scale and shift, as far as the epilogue has them, each {@code [LANES]}.
 */
public interface DepthwiseKernel {
  /** The kernel of this shape. The same kernel is handed out again while anyone holds it. */
  static DepthwiseKernel of(DepthwiseSpec spec) {
    return KernelClasses.instance(spec, DepthwiseKernel.class, DepthwiseGenerator::generate);
  }

  /** The first pixel of the last strip of a row. */
  static int lastStrip(int outWidth, int pixels) {
    if (outWidth < pixels) {
      throw new IllegalArgumentException(
          "%d pixels are fewer than a strip of %d".formatted(outWidth, pixels));
    }
    return outWidth - pixels;
  }

  /**
   * Computes one output row, strip by strip. They overlap where the row is no multiple of them, so
   * the output must be part neither of the input nor of the residual.
   *
   * @param inWidth the pixels of an input row; 0 if the row is dry: then nothing is computed, for
   *     the same reason as in {@link TileKernel#tile}
   * @param outWidth the pixels of an output row, no fewer than a strip has
   * @param channels if the kernel is not partial, up to a vector more are written
   * @param rowOffsets the first pixel of each of the K input rows, top to bottom; a row of zeros
   *     stands for one outside the image
   * @param weightsOffset the first weight of the first vector
   * @param outOffset the first channel of the row's first pixel
   * @param residual what is added to the first channel of the first pixel, in the array of {@code
   *     out}; unread if the epilogue has none
   * @throws IllegalArgumentException if the row is shorter than a strip
   */
  void row(
      int inWidth,
      int outWidth,
      int channels,
      float[] in,
      int[] rowOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int residual);
}
