package dev.vgnet.cuda.program;

import java.util.Optional;

/**
 * How the pixels of a product's output are cut into tiles, none of which crosses the end of a run.
 *
 * @param pixels of a run: those of an image where sums are wanted, or else all
 * @param tiles of a run
 * @param runs how many there are
 * @param sums where those of each tile go; 0 if they are not wanted
 */
record TileRuns(long pixels, long tiles, long runs, long sums) {
  /** As the kernels name it. */
  private static final int TILE_PIXELS = 64;

  static TileRuns of(View output, Optional<SliceSums> sums) {
    long pixels = sums.isPresent() ? output.pixelsPerImage() : output.pixels();
    return new TileRuns(
        pixels,
        Math.ceilDiv(pixels, TILE_PIXELS),
        output.pixels() / pixels,
        sums.map(SliceSums::address).orElse(0L));
  }

  /** The tiles of an image where sums are wanted. */
  static int perImage(View output) {
    return Math.toIntExact(Math.ceilDiv(output.pixelsPerImage(), TILE_PIXELS));
  }
}
