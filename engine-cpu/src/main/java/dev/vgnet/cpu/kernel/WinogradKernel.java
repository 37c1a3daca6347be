package dev.vgnet.cpu.kernel;

/** The transforms of {@link Winograd} for a vector of channels, of inputs and back to outputs. */
public interface WinogradKernel {
  /** The sizes of tile and window. */
  Winograd size();

  /**
   * {@code B' d B} for a vector of channels.
   *
   * @param pixels where the pixels of the window lie, row by row
   * @param channel added to each of them
   * @param scratch room for as many vectors as there are {@link Winograd#positions}
   * @param out where the first transformed vector goes
   * @param outStride from one of them to the next
   */
  default void transformInput(
      float[] arena, int[] pixels, int channel, int scratch, int out, int outStride) {
    int window = size().window();
    int row = window * Vectors.LANES;
    for (int y = 0; y < window; y++) {
      inputLine(arena, pixels, y * window, channel, scratch + y * row, Vectors.LANES);
    }
    int[] rows = size().rows();
    for (int x = 0; x < window; x++) {
      int column = scratch + x * Vectors.LANES;
      inputLine(arena, rows, 0, column, out + x * outStride, window * outStride);
    }
  }

  /**
   * {@code A' m A} for a vector of channels.
   *
   * @param in the first of as many vectors of sums as there are {@link Winograd#positions}
   * @param inStride from one of them to the next
   * @param scratch room for as many vectors
   * @param pixels from index {@code first} on, where the pixels of the tile lie, row by row
   * @param channel added to each of them
   */
  default void transformOutput(
      float[] arena, int in, int inStride, int scratch, int[] pixels, int first, int channel) {
    int window = size().window();
    int tile = size().tile();
    int[] rows = size().rows();
    for (int x = 0; x < window; x++) {
      int column = scratch + x * Vectors.LANES;
      outputLine(arena, in + x * inStride, window * inStride, rows, 0, column);
    }
    for (int y = 0; y < tile; y++) {
      outputLine(arena, scratch + rows[y], Vectors.LANES, pixels, first + y * tile, channel);
    }
  }

  /**
   * Multiplies a line of a window by {@code B'}.
   *
   * @param places where its vectors lie, from index {@code first} on
   * @param shift added to each of them
   * @param out where the first vector goes
   * @param step from one of them to the next
   */
  void inputLine(float[] arena, int[] places, int first, int shift, int out, int step);

  /**
   * Multiplies a line of sums by {@code A'}.
   *
   * @param in the first vector
   * @param step from one of them to the next
   * @param places where the vectors go, from index {@code first} on
   * @param shift added to each of them
   */
  void outputLine(float[] arena, int in, int step, int[] places, int first, int shift);
}
