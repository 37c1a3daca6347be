package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.TileShape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The pixels of a map, cut into pieces that stay in the cache while a kernel and its finish pass
 * over them.
 */
public final class Chunks {
  private static final int MAX_SIZE = 96;

  /** For each worker: nobody waits for long if one has a panel more. */
  private static final int MANY_PANELS = 4;

  /** Fewer pixels than this are not worth a worker of their own. */
  private static final int MIN_SIZE = 16;

  private final List<TileShape> tiles;

  /** The first pixel of each, and the end of the last one. */
  private final int[] starts;

  private final boolean ofRows;

  private Chunks(List<TileShape> tiles, int[] starts, boolean ofRows) {
    this.tiles = List.copyOf(tiles);
    this.starts = starts;
    this.ofRows = ofRows;
  }

  /**
   * Whole rows where threads can have equally many of them: what a worker then reads of the step
   * before is what it has written itself.
   *
   * @param threads who share the chunks, or the panels of the only one: of a small map, weights are
   *     more than inputs, and so each worker reads but some of them
   */
  public static Chunks of(int height, int width, int channels, int threads) {
    int pixels = height * width;
    boolean small = pixels <= Math.min(channels, MAX_SIZE);
    if (threads == 1 || small && evenPanels(pixels, channels, threads)) {
      return ofPixels(pixels, channels, 1);
    }
    return height % threads == 0
        ? ofRows(height, width, channels, threads)
        : ofPixels(pixels, channels, threads);
  }

  private static Chunks ofRows(int height, int width, int channels, int threads) {
    int pixels = height * width;
    int shares = Math.ceilDiv(Math.ceilDiv(pixels, MAX_SIZE), threads) * threads;
    int count = Math.min(Math.clamp(pixels / MIN_SIZE, 1, shares), height);
    int[] starts =
        IntStream.rangeClosed(0, count)
            .map(i -> (int) ((long) height * i / count) * width)
            .toArray();
    return new Chunks(TileShape.choose(channels, starts[1]), starts, true);
  }

  /**
   * @param threads who share the chunks, each all panels of its own
   */
  public static Chunks ofPixels(int pixels, int channels, int threads) {
    return of(pixels, channels, threads, 1, MIN_SIZE, MAX_SIZE);
  }

  private static boolean evenPanels(int pixels, int channels, int threads) {
    int panels = TileShape.choose(channels, pixels).size();
    return panels % threads == 0 || panels >= MANY_PANELS * threads;
  }

  /**
   * @param threads who share the chunks
   * @param sharers who share each chunk by its panels
   * @param minSize fewer pixels are not worth a worker of their own
   * @param maxSize the size of a chunk where there are enough of them, but for rounding to tiles
   */
  static Chunks of(int pixels, int channels, int threads, int sharers, int minSize, int maxSize) {
    int shares = Math.ceilDiv(Math.ceilDiv(pixels, maxSize), threads) * threads;
    int wanted = Math.ceilDiv(pixels, Math.clamp(pixels / minSize, 1, shares));
    List<TileShape> tiles = TileShape.choose(channels, wanted, sharers);
    TileShape tile = tiles.getFirst();
    int size = tile.mixed() ? wanted : Math.ceilDiv(wanted, tile.pixels()) * tile.pixels();
    int most = Math.ceilDiv(pixels, size);
    int last = pixels - (most - 1) * size;
    boolean tooShort = tiles.stream().anyMatch(t -> last < t.pixels());
    int count = tooShort && most > 1 ? most - 1 : most;
    int[] starts =
        IntStream.rangeClosed(0, count).map(i -> i < count ? i * size : pixels).toArray();
    return new Chunks(tiles, starts, false);
  }

  /** Of the panels of output channels. */
  public List<TileShape> tiles() {
    return tiles;
  }

  int count() {
    return starts.length - 1;
  }

  /** Whether they are the bands of {@link Pass#bands}. */
  boolean areRows() {
    return ofRows;
  }

  /** The first pixel of a chunk. */
  int first(int chunk) {
    return starts[chunk];
  }

  /** The most pixels a chunk has. */
  int longest() {
    return IntStream.range(0, count()).map(this::length).max().orElseThrow();
  }

  /** The pixels of a chunk. */
  int length(int chunk) {
    return starts[chunk + 1] - starts[chunk];
  }
}
