package dev.vgnet.cpu.kernel;

/**
 * The inner loop of every convolution that mixes channels: a product of two matrices, tile by tile.
 *
 * <p>Weights are packed {@code [tap][channel][vectors * LANES]}. The bias of the epilogue, if it
 * has one, comes before them, its scale and its shift after them.
 */
public interface TileKernel {
  /** The kernel of this shape. The same kernel is handed out again while anyone holds it. */
  static TileKernel of(TileSpec spec) {
    return KernelClasses.instance(spec, TileKernel.class, TileGenerator::generate);
  }

  /**
   * Computes {@code out[p][j] = sum of in[t][p][c] * weights[t][c][j]} over all taps t and channels
   * c, and applies the epilogue. If the pixels are no multiple of the tile, the last tile overlaps
   * the one before, so {@code out} must be part neither of any input nor of the residual.
   *
   * @param inOffsets for each tap the first input of the first pixel
   * @param outOffset the first sum of the first pixel
   * @param pixels no fewer than a tile has
   * @param residual what is added to the first sum of the first pixel, in the array of {@code out};
   *     unread if the epilogue has none
   * @throws IllegalArgumentException if there are fewer pixels
   */
  default void run(
      float[] in,
      int[] inOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int pixels,
      int residual) {
    run(in, inOffsets, weights, weightsOffset, out, outOffset, pixels, residual, false);
  }

  /**
   * As above, unless it is a dry run, which adds nothing up and whose results mean nothing. Among
   * dry runs the compilers see a method that is called often, not a loop that takes long, which
   * they would compile a second time to replace it while it runs.
   */
  void run(
      float[] in,
      int[] inOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int pixels,
      int residual,
      boolean dry);

  /** The first pixel of the last tile. */
  static int lastTile(int pixels, int tilePixels) {
    if (pixels < tilePixels) {
      throw new IllegalArgumentException(
          "%d pixels are fewer than a tile of %d".formatted(pixels, tilePixels));
    }
    return pixels - tilePixels;
  }
}
