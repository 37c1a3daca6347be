package dev.vgnet.cpu.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The size of a tile of sums that are kept in registers.
 *
 * @param vectors the vectors of output channels, a panel
 * @param mixed whether some tiles have a pixel less, so that none overlap
 */
public record TileShape(int pixels, int vectors, boolean mixed) {
  /** More sums than this do not fit into the registers of any width of vector. */
  static final int MAX_SUMS = 28;

  /**
   * Two multiply-adds at a time that take four cycles each: fewer sums wait for themselves. With
   * the longest vectors so few have not been measured.
   */
  private static final int MIN_SUMS = Vectors.LANES == 16 ? 10 : 8;

  /**
   * The most pixels of a tile of 1, 2, 3... vectors: as many sums as registers hold beside the
   * weights and one input. Of five vectors and 32 registers that would be five pixels, and of three
   * nine; but each of so many sums was measured to take up to a third longer.
   */
  private static final int[] MAX_PIXELS =
      Vectors.LANES == 16 ? new int[] {28, 14, 8, 6, 4, 4, 3, 2} : new int[] {12, 6, 3, 2, 1, 1};

  /** One tile more pays where it saves more of the time than one part in so many. */
  private static final int WORTH_A_TILE = 20;

  /** And a second size of tiles, another kernel to compile, where it saves more than this. */
  private static final int WORTH_A_SIZE = 25;

  /**
   * The most pixels where there are weights of three positions, too; of as many as would fit, the
   * code would be half as long again and no faster.
   */
  private static final int MAX_SLIDING = Vectors.LANES == 16 ? 21 : 9;

  /** Of tiles of one size. */
  public TileShape(int pixels, int vectors) {
    this(pixels, vectors, false);
  }

  /** That of the tiles that have a pixel less. */
  Optional<TileShape> smaller() {
    return mixed ? Optional.of(new TileShape(pixels - 1, vectors)) : Optional.empty();
  }

  /** How many rows of so many pixels a tile of {@link #sliding} may cover. */
  public static int slidingRows(int columns) {
    return Math.max(1, MAX_SLIDING / columns);
  }

  /**
   * A tile of one vector for windows that slide along rows.
   *
   * @param columns the pixels of a row
   * @param rows not more than {@link #slidingRows}
   */
  public static TileShape sliding(int columns, int rows) {
    return new TileShape(rows * Math.ceilDiv(columns, Math.ceilDiv(columns, MAX_SLIDING)), 1);
  }

  /**
   * Splits the output channels of a layer into panels, and gives each the tile that computes {@code
   * pixels} pixels, so that the whole takes the least time.
   *
   * @param channels the output channels of the layer
   * @param pixels the pixels computed by one call of the kernel
   * @return a tile a panel; their vectors add up to the channels, rounded up to whole vectors
   */
  public static List<TileShape> choose(int channels, int pixels) {
    return choose(channels, pixels, 1);
  }

  /**
   * The same for several workers, each with panels of its own.
   *
   * @param least how many panels there are at least, as far as there are vectors
   */
  public static List<TileShape> choose(int channels, int pixels, int least) {
    int vectors = Math.ceilDiv(channels, Vectors.LANES);
    return IntStream.rangeClosed(1, Math.min(vectors, MAX_PIXELS.length))
        .mapToObj(widest -> panels(vectors, widest, pixels))
        .filter(panels -> panels.size() >= Math.min(least, vectors))
        .min(Comparator.comparingLong(panels -> cost(panels, pixels)))
        .orElseThrow();
  }

  /** As few panels as possible, all of nearly the same width. */
  private static List<TileShape> panels(int vectors, int widest, int pixels) {
    List<TileShape> panels = new ArrayList<>();
    int left = vectors;
    for (int count = Math.ceilDiv(vectors, widest); count > 0; count--) {
      int width = Math.ceilDiv(left, count);
      panels.add(tile(pixels, width));
      left -= width;
    }
    return panels;
  }

  /**
   * No more tiles than the largest would need, but no larger than that takes; or one more, where
   * they then overlap by so much less that it pays, or of two sizes.
   */
  private static TileShape tile(int pixels, int vectors) {
    int tiles = Math.ceilDiv(pixels, MAX_PIXELS[vectors - 1]);
    TileShape few = new TileShape(Math.ceilDiv(pixels, tiles), vectors);
    TileShape more = new TileShape(Math.ceilDiv(pixels, tiles + 1), vectors);
    TileShape even = few.isWorth(more, pixels, WORTH_A_TILE) ? more : few;
    TileShape mixed = new TileShape(few.pixels, vectors, few.pixels > 1);
    return even.isWorth(mixed, pixels, WORTH_A_SIZE) ? mixed : even;
  }

  /** Whether another shape saves more than one part in so many. */
  private boolean isWorth(TileShape other, int pixels, int parts) {
    return (cost(pixels) - other.cost(pixels)) * parts > cost(pixels);
  }

  /**
   * Relative time for each input channel: multiply-adds, or loads where those are more, as there
   * are two units of each; but sums that are few wait for themselves. Loads cost a little beside
   * multiply-adds too; those of weights count double, as deep layers have them in the second-level
   * cache.
   */
  private static long cost(List<TileShape> panels, int pixels) {
    return panels.stream().mapToLong(tile -> tile.cost(pixels)).sum();
  }

  private long cost(int of) {
    int tiles = Math.ceilDiv(of, pixels);
    int smaller = mixed ? tiles * pixels - of : 0;
    return (tiles - smaller) * costOfTile(pixels) + smaller * costOfTile(pixels - 1);
  }

  private long costOfTile(int pixels) {
    int loads = pixels + vectors;
    int sums = Math.max(pixels * vectors, MIN_SUMS);
    return 4L * Math.max(sums, loads) + loads + vectors;
  }
}
