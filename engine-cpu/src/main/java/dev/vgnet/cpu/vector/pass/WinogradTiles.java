package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.vector.pass.View.Part;

/**
 * How tiles of 4x4 pixels cover the output of a convolution, row by row, and where the pixels of a
 * tile and of its 6x6 window of the input lie. Tiles at the right and at the bottom may go beyond
 * the output.
 */
public final class WinogradTiles {
  private static final int TILE = Winograd.TILE;
  private static final int TILE_PIXELS = TILE * TILE;

  private final View input;
  private final View output;
  private final int padding;
  private final int columns;

  WinogradTiles(View input, View output, Window window) {
    this.input = input;
    this.output = output;
    padding = window.padding();
    columns = Math.ceilDiv(output.width(), TILE);
  }

  /** How many cover a map. */
  public static int count(View output) {
    return Math.ceilDiv(output.width(), TILE) * Math.ceilDiv(output.height(), TILE);
  }

  /** Sets the places of a window's pixels in one part of the input; zeros lie around the map. */
  void setInputPixels(int[] pixels, int tile, Part part) {
    int left = tile % columns * TILE - padding;
    int top = tile / columns * TILE - padding;
    for (int i = 0; i < Winograd.POSITIONS; i++) {
      int y = top + i / Winograd.WINDOW;
      int x = left + i % Winograd.WINDOW;
      boolean inside = y >= 0 && y < input.height() && x >= 0 && x < input.width();
      pixels[i] = inside ? part.pixel(y * input.width() + x) : View.ZEROS;
    }
  }

  /**
   * Sets the places of a tile's pixels in the output.
   *
   * @param index of the first
   * @param nowhere where pixels beyond the output go
   */
  void setOutputPixels(int[] pixels, int index, int tile, int nowhere) {
    Part out = output.whole();
    int left = tile % columns * TILE;
    int top = tile / columns * TILE;
    for (int i = 0; i < TILE_PIXELS; i++) {
      int y = top + i / TILE;
      int x = left + i % TILE;
      boolean inside = y < output.height() && x < output.width();
      pixels[index + i] = inside ? out.pixel(y * output.width() + x) : nowhere;
    }
  }

  /**
   * Finishes some channels of tiles; those that lie side by side share the rows of their pixels.
   *
   * @param first of the tiles
   * @param channel the first one
   */
  void finish(Finish finish, Workspace workspace, int first, int count, int channel, int channels) {
    for (int tile = first; tile < first + count; ) {
      int row = tile / columns;
      int end = Math.min((row + 1) * columns, first + count);
      int left = tile % columns * TILE;
      int right = Math.min((end - row * columns) * TILE, output.width());
      int bottom = Math.min((row + 1) * TILE, output.height());
      for (int y = row * TILE; y < bottom; y++) {
        finish.apply(workspace, y * output.width() + left, right - left, channel, channels);
      }
      tile = end;
    }
  }
}
