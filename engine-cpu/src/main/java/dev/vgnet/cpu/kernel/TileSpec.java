package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The shape of a {@link TileKernel}: a tile of {@code pixels} x {@code vectors} sums, over the
 * channels of all taps.
 *
 * <p>How many taps of one shape follow each other is left open, as fewer shapes are fewer kernels
 * to compile. Kernels find it in the {@link #header} of their offsets. Only a single tap is a shape
 * of its own: a loop around it takes a few percent of the time.
 *
 * @param pixels the pixels of a tile
 * @param vectors the vectors of output channels of a tile
 * @param runs the shapes of what is summed up, in the order of the packed weights; each is that of
 *     one tap or several in a row
 * @param single whether there is one tap
 * @param outStride from one output pixel to the next
 * @param epilogue what is done to each sum before it is stored, see {@link #hasRoom}
 * @param residualStride from one pixel of the residual to the next, if the epilogue has one
 */
public record TileSpec(
    int pixels,
    int vectors,
    List<Tap> runs,
    boolean single,
    int outStride,
    EpilogueSpec epilogue,
    int residualStride) {
  /**
   * Input channels side by side that start at an offset of their own: a channel segment of a
   * pointwise convolution, or one position of a larger kernel.
   *
   * <p>Where pixels lie side by side without padding, as in a three-channel image, a whole kernel
   * row is one tap of {@code K * 3} channels.
   *
   * @param channels how many are summed up
   * @param pixelStride from the input of one output pixel to that of the next
   * @param positions of a row of the kernel, each with weights of its own, {@code
   *     [channel][position]}; a number that windows of several pixels meet is read once for all
   * @param positionStride from one position to the next
   * @param columns how many output pixels there are in a row
   * @param rowStride from the input of the first pixel of a row to that of the next row
   */
  public record Tap(
      int channels,
      int pixelStride,
      int positions,
      int positionStride,
      int columns,
      int rowStride) {
    private static final int ENDLESS = Integer.MAX_VALUE;

    public Tap {
      require(channels > 0, "channels", channels);
      require(pixelStride >= 0, "pixelStride", pixelStride);
      require(positions > 0, "positions", positions);
      require(positionStride >= 0, "positionStride", positionStride);
      require(columns > 0, "columns", columns);
      require(rowStride >= 0, "rowStride", rowStride);
    }

    /** Of one position, and pixels in one row. */
    public static Tap of(int channels, int pixelStride) {
      return new Tap(channels, pixelStride, 1, 0, ENDLESS, 0);
    }

    /** The same channels at several positions. */
    public Tap at(int positions, int positionStride) {
      return new Tap(channels, pixelStride, positions, positionStride, columns, rowStride);
    }

    /** The same of pixels in several rows: a tile then covers whole rows, and starts with one. */
    public Tap inRows(int columns, int rowStride) {
      return new Tap(channels, pixelStride, positions, positionStride, columns, rowStride);
    }

    /** How many products each sum gets. */
    public int depth() {
      return channels * positions;
    }

    boolean isInRows() {
      return columns != ENDLESS;
    }

    /** From the input of pixel 0 to that of another. */
    int offset(int pixel) {
      return pixel / columns * rowStride + pixel % columns * pixelStride;
    }
  }

  /** The most that is packed with the weights: bias, scale and shift. */
  public static final int EPILOGUE_ROWS = 3;

  /** Of the epilogue, on each sum. */
  private static final int MAX_OPERATIONS = 5;

  public TileSpec {
    require(pixels > 0, "pixels", pixels);
    require(vectors > 0, "vectors", vectors);
    require(pixels * vectors <= TileShape.MAX_SUMS, "sums", pixels * vectors);
    require(!runs.isEmpty() && (!single || runs.size() == 1), "runs", runs.size());
    require(outStride > 0, "outStride", outStride);
    require(hasRoom(epilogue), "operations of the epilogue", epilogue.operations());
    runs = List.copyOf(runs);
    for (Tap tap : runs) {
      require(!tap.isInRows() || pixels % tap.columns == 0, "pixels of rows", pixels);
    }
  }

  /** Of these taps; for the others see {@link TileSpec}. */
  public static TileSpec of(
      TileShape shape, List<Tap> taps, int outStride, EpilogueSpec epilogue, int residualStride) {
    return new TileSpec(
        shape.pixels(),
        shape.vectors(),
        runs(taps).stream().map(run -> taps.get(run.first)).toList(),
        taps.size() == 1,
        outStride,
        epilogue,
        epilogue.residual() ? residualStride : 0);
  }

  /** Equal taps that follow each other. */
  private record Run(int first, int end) {}

  private static List<Run> runs(List<Tap> taps) {
    List<Run> runs = new ArrayList<>();
    for (int first = 0, end; first < taps.size(); first = end) {
      end = first + 1;
      while (end < taps.size() && taps.get(end).equals(taps.get(first))) {
        end++;
      }
      runs.add(new Run(first, end));
    }
    return runs;
  }

  /**
   * What kernels find before the offsets of these taps: for each run the index behind its last
   * offset.
   */
  public static int[] header(List<Tap> taps) {
    List<Run> runs = runs(taps);
    return runs.stream().mapToInt(run -> runs.size() + run.end).toArray();
  }

  /**
   * Whether tiles can do this: a bias, activations that just compare, a norm and a residual, but
   * not all of them at once: the first compiler would give up.
   */
  static boolean hasRoom(EpilogueSpec epilogue) {
    return epilogue.operations() <= MAX_OPERATIONS
        && Stream.of(epilogue.activation(), epilogue.finalActivation())
            .flatMap(Optional::stream)
            .allMatch(TileSpec::compares);
  }

  private static boolean compares(Function activation) {
    return activation == Function.RELU || activation == Function.RELU6;
  }

  /**
   * The number of packed weights of one panel of output channels, with the epilogue's numbers.
   *
   * @param taps of this shape
   */
  public int weights(List<Tap> taps) {
    int rows = (epilogue.bias() ? 1 : 0) + (epilogue.affine() ? 2 : 0);
    return (rows + taps.stream().mapToInt(Tap::depth).sum()) * panel();
  }

  /** The vectors of sums that a tile keeps in registers. */
  int sums() {
    return pixels * vectors;
  }

  /** The output channels of a panel, rounded up to whole vectors. */
  public int panel() {
    return vectors * Vectors.LANES;
  }

  private static void require(boolean condition, String what, int value) {
    if (!condition) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }
}
