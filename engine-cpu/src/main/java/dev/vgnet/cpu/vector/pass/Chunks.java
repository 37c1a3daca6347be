package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.TileShape;
import java.util.List;

/**
 * The pixels of a map, cut into pieces that stay in the cache while a kernel and its finish pass
 * over them.
 *
 * @param tiles of the panels of output channels
 * @param size the pixels of a chunk
 * @param count how many there are; the last one takes what is left, no less than a tile
 */
public record Chunks(List<TileShape> tiles, int pixels, int size, int count) {
  private static final int MAX_SIZE = 96;

  /** For each worker: nobody waits for long if one has a panel more. */
  private static final int MANY_PANELS = 4;

  /** Fewer pixels than this are not worth a worker of their own. */
  private static final int MIN_SIZE = 16;

  /**
   * @param threads who share the chunks, or the panels of the only one: of a small map, weights are
   *     more than inputs, and so each worker reads but some of them
   */
  public static Chunks of(int pixels, int channels, int threads) {
    boolean small = pixels <= Math.min(channels, MAX_SIZE);
    return small && evenPanels(pixels, channels, threads)
        ? ofPixels(pixels, channels, 1)
        : ofPixels(pixels, channels, threads);
  }

  /**
   * @param threads who share the chunks, each all panels of its own
   */
  public static Chunks ofPixels(int pixels, int channels, int threads) {
    return of(pixels, channels, threads, MIN_SIZE, MAX_SIZE);
  }

  private static boolean evenPanels(int pixels, int channels, int threads) {
    int panels = TileShape.choose(channels, pixels).size();
    return panels % threads == 0 || panels >= MANY_PANELS * threads;
  }

  /**
   * @param minSize fewer pixels are not worth a worker of their own
   * @param maxSize the size of a chunk where there are enough of them, but for rounding to tiles
   */
  public static Chunks of(int pixels, int channels, int threads, int minSize, int maxSize) {
    int shares = Math.ceilDiv(Math.ceilDiv(pixels, maxSize), threads) * threads;
    int wanted = Math.ceilDiv(pixels, Math.clamp(pixels / minSize, 1, shares));
    List<TileShape> tiles = TileShape.choose(channels, wanted);
    int tile = tiles.getFirst().pixels();
    int size = Math.ceilDiv(wanted, tile) * tile;
    int count = Math.ceilDiv(pixels, size);
    int last = pixels - (count - 1) * size;
    boolean tooShort = tiles.stream().anyMatch(t -> last < t.pixels());
    return new Chunks(tiles, pixels, size, tooShort && count > 1 ? count - 1 : count);
  }

  /** The first pixel of a chunk. */
  int first(int chunk) {
    return chunk * size;
  }

  /** The most pixels a chunk has. */
  int longest() {
    return Math.max(length(0), length(count - 1));
  }

  /** The pixels of a chunk. */
  int length(int chunk) {
    return chunk == count - 1 ? pixels - first(chunk) : size;
  }
}
