package dev.vgnet.cpu.kernel;

/**
 * The inner loop of every convolution that mixes channels: a product of two matrices, tile by tile.
 *
 * <p>Weights are packed {@code [tap][channel][vectors * LANES]}, behind a bias {@code [vectors *
 * LANES]} if there is one, and before scale and shift, each {@code [vectors * LANES]}, if the
 * epilogue has them.
 */
public interface TileKernel {
  /** The kernel of this shape. The same kernel is handed out again while anyone holds it. */
  static TileKernel of(TileSpec spec) {
    return KernelClasses.instance(spec, TileKernel.class, TileGenerator::generate);
  }

  /**
   * Computes {@code out[p][j] = epilogue(sum of in[t][p][c] * weights[t][c][j])} over all taps t
   * and channels c, for the pixels p of a tile.
   *
   * @param inOffsets the {@link TileSpec#header}; for each tap the first input of pixel 0; then, if
   *     the epilogue has a residual, what is added to the first sum of pixel 0, in the array of
   *     {@code out}
   * @param out no part of any input or residual
   * @param outOffset the first sum of pixel 0
   * @param pixel the first one of the tile
   * @param dry does nothing. Among dry runs the compilers see a method that is called often, not a
   *     loop that takes long, which they would compile a second time to replace it while it runs
   */
  void tile(
      float[] in,
      int[] inOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int pixel,
      boolean dry);
}
