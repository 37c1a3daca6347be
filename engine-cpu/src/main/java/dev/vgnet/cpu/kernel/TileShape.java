package dev.vgnet.cpu.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The size of a tile of sums that are kept in registers.
 *
 * @param vectors the vectors of output channels, a panel
 */
public record TileShape(int pixels, int vectors) {
  /** More sums than this do not fit into the registers of any width of vector. */
  static final int MAX_SUMS = 28;

  private static final int REGISTERS = Vectors.LANES == 16 ? 32 : 16;

  /** Sums that fit beside the weights, one input and one register to spare. */
  private static final int MAX_TILE = Vectors.LANES == 16 ? MAX_SUMS : 12;

  private static final int MAX_VECTORS = Vectors.LANES == 16 ? 7 : 3;

  /**
   * Splits the output channels of a layer into panels of nearly equal width, as few as registers
   * allow, and gives each the tile that computes {@code pixels} pixels with the least waste.
   *
   * @param channels the output channels of the layer
   * @param pixels the pixels computed by one call of the kernel
   * @return a tile a panel; their vectors add up to the channels, rounded up to whole vectors
   */
  public static List<TileShape> choose(int channels, int pixels) {
    int vectors = Math.ceilDiv(channels, Vectors.LANES);
    List<TileShape> panels = new ArrayList<>();
    for (int left = Math.ceilDiv(vectors, MAX_VECTORS); left > 0; left--) {
      int width = Math.ceilDiv(vectors, left);
      panels.add(new TileShape(pixels(width, pixels), width));
      vectors -= width;
    }
    return panels;
  }

  /** The smallest tile that needs no more tiles than the largest one would. */
  private static int pixels(int vectors, int pixels) {
    int largest = Math.min((REGISTERS - 2 - vectors) / vectors, MAX_TILE / vectors);
    return Math.ceilDiv(pixels, Math.ceilDiv(pixels, largest));
  }
}
