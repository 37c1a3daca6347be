package dev.vgnet.cpu.kernel;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import java.util.List;
import java.util.Optional;

/**
 * Covers any number of pixels of a panel of output channels with tiles: of one size, where the last
 * overlaps the one before, or of two that differ by a pixel, where none does.
 *
 * @param spec of a tile
 * @param kernel of a tile
 * @param smaller of tiles that have a pixel less
 */
public record Tiling(
    TileSpec spec,
    RehearsedKernel<TileKernel> kernel,
    Optional<RehearsedKernel<TileKernel>> smaller) {
  /** Of these taps; for the others see {@link TileSpec}. */
  public static Tiling of(
      TileShape shape, List<Tap> taps, int outStride, EpilogueSpec epilogue, int residualStride) {
    TileSpec spec = TileSpec.of(shape, taps, outStride, epilogue, residualStride);
    Optional<TileSpec> smaller =
        shape.smaller().map(tile -> TileSpec.of(tile, taps, outStride, epilogue, residualStride));
    return new Tiling(spec, RehearsedKernel.of(spec), smaller.map(RehearsedKernel::of));
  }

  /** Those of all tiles. */
  public List<RehearsedKernel<?>> kernels() {
    return smaller
        .map(tile -> List.<RehearsedKernel<?>>of(kernel, tile))
        .orElseGet(() -> List.of(kernel));
  }

  /**
   * Computes all pixels. For the parameters see {@link TileKernel#tile}.
   *
   * @throws IllegalArgumentException if there are fewer pixels than a tile has
   */
  public void run(
      float[] in,
      int[] inOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int pixels) {
    int step = spec.pixels();
    int last = pixels - step;
    if (last < 0) {
      throw new IllegalArgumentException(
          "%d pixels are fewer than a tile of %d".formatted(pixels, step));
    }
    int tiles = Math.ceilDiv(pixels, step);
    int missing = tiles * step - pixels;
    boolean overlaps = smaller.isEmpty() || missing > tiles;
    int larger = overlaps ? tiles : tiles - missing;
    TileKernel tile = kernel.kernel();
    for (int i = 0; i < larger; i++) {
      int pixel = Math.min(i * step, last);
      tile.tile(in, inOffsets, weights, weightsOffset, out, outOffset, pixel, false);
    }
    if (larger < tiles) {
      tile = smaller.get().kernel();
      for (int pixel = larger * step; pixel < pixels; pixel += step - 1) {
        tile.tile(in, inOffsets, weights, weightsOffset, out, outOffset, pixel, false);
      }
    }
  }

  /** Such as {@code 6x2}, or {@code 6|5x2} of two sizes. */
  @Override
  public String toString() {
    String pixels =
        smaller.isPresent() ? spec.pixels() + "|" + (spec.pixels() - 1) : "" + spec.pixels();
    return pixels + "x" + spec.vectors();
  }
}
