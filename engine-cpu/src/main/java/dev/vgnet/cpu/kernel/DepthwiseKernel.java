package dev.vgnet.cpu.kernel;

/** A convolution of each channel by itself, row by row; weights are packed {@code [K * K][C]}. */
public interface DepthwiseKernel {
  /** The kernel of this shape. The same kernel is handed out again while anyone holds it. */
  static DepthwiseKernel of(DepthwiseSpec spec) {
    return KernelClasses.instance(spec, DepthwiseKernel.class, DepthwiseGenerator::generate);
  }

  /**
   * Computes one output row, without bias. The output must not be part of the input.
   *
   * @param rowOffsets the first pixel of each of the K input rows, top to bottom; a row of zeros
   *     stands for one outside the image
   * @param weightsOffset the first channel's weight of the first position
   * @param outOffset the first channel of the row's first pixel
   */
  void row(
      float[] in, int[] rowOffsets, float[] weights, int weightsOffset, float[] out, int outOffset);
}
