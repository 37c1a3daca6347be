package dev.vgnet.cpu.kernel;

/**
 * A convolution of each channel by itself, row by row.
 *
 * <p>Weights are packed {@code [K * K][C]}. After them come the bias, the scale and the shift of
 * the epilogue, as far as it has them, each {@code [C]}.
 */
public interface DepthwiseKernel {
  /** The kernel of this shape. The same kernel is handed out again while anyone holds it. */
  static DepthwiseKernel of(DepthwiseSpec spec) {
    return KernelClasses.instance(spec, DepthwiseKernel.class, DepthwiseGenerator::generate);
  }

  /**
   * Computes one output row. The output must be part neither of the input nor of the residual.
   *
   * @param rowOffsets the first pixel of each of the K input rows, top to bottom; a row of zeros
   *     stands for one outside the image
   * @param weightsOffset the first channel's weight of the first position
   * @param outOffset the first channel of the row's first pixel
   * @param residual what is added to the first channel of the first pixel, in the array of {@code
   *     out}; unread if the epilogue has none
   */
  void row(
      float[] in,
      int[] rowOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int residual);
}
