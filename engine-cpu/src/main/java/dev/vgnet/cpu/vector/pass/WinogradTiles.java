package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.vector.pass.View.Part;

/**
 * How tiles cover the output of a convolution, row by row, and where the pixels of a tile and of
 * its window of the input lie. Tiles at the right and at the bottom may go beyond the output.
 */
public final class WinogradTiles {
  private final Winograd size;
  private final View input;
  private final View output;
  private final int padding;
  private final int columns;

  WinogradTiles(Winograd size, View input, View output, Window window) {
    this.size = size;
    this.input = input;
    this.output = output;
    padding = window.padding();
    columns = Math.ceilDiv(output.width(), size.tile());
  }

  /** How many cover a map. */
  public static int count(Winograd size, View output) {
    return Math.ceilDiv(output.width(), size.tile()) * Math.ceilDiv(output.height(), size.tile());
  }

  /** The pixels of a tile. */
  int pixels() {
    return size.tile() * size.tile();
  }

  /** Sets the places of a window's pixels in one part of the input; zeros lie around the map. */
  void setInputPixels(int[] pixels, int tile, Part part) {
    int left = tile % columns * size.tile() - padding;
    int top = tile / columns * size.tile() - padding;
    int i = 0;
    for (int y = top; y < top + size.window(); y++) {
      for (int x = left; x < left + size.window(); x++) {
        boolean inside = y >= 0 && y < input.height() && x >= 0 && x < input.width();
        pixels[i++] = inside ? part.pixel(y * input.width() + x) : View.ZEROS;
      }
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
    int left = tile % columns * size.tile();
    int top = tile / columns * size.tile();
    int i = index;
    for (int y = top; y < top + size.tile(); y++) {
      for (int x = left; x < left + size.tile(); x++) {
        boolean inside = y < output.height() && x < output.width();
        pixels[i++] = inside ? out.pixel(y * output.width() + x) : nowhere;
      }
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
      int left = tile % columns * size.tile();
      int right = Math.min((end - row * columns) * size.tile(), output.width());
      int bottom = Math.min((row + 1) * size.tile(), output.height());
      for (int y = row * size.tile(); y < bottom; y++) {
        finish.apply(workspace, y * output.width() + left, right - left, channel, channels);
      }
      tile = end;
    }
  }
}
