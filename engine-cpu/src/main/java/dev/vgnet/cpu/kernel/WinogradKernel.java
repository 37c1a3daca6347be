package dev.vgnet.cpu.kernel;

/** The transforms of {@link Winograd} for a vector of channels, of inputs and back to outputs. */
public interface WinogradKernel {
  /**
   * {@code B' d B} for a vector of channels.
   *
   * @param pixels where the pixels of the window lie, row by row
   * @param channel added to each of them
   * @param scratch room for as many vectors as there are {@link Winograd#positions}
   * @param out where the first transformed vector goes
   * @param outStride from one of them to the next
   */
  void transformInput(
      float[] arena, int[] pixels, int channel, int scratch, int out, int outStride);

  /**
   * {@code A' m A} for a vector of channels.
   *
   * @param in the first of as many vectors of sums as there are {@link Winograd#positions}
   * @param inStride from one of them to the next
   * @param scratch room for as many vectors
   * @param pixels from index {@code tile} on, where the pixels of the tile lie, row by row
   * @param channel added to each of them
   */
  void transformOutput(
      float[] arena, int in, int inStride, int scratch, int[] pixels, int tile, int channel);

  /** Those of {@link Winograd#TILE_2}, line by line: sizes are constants to the compiler. */
  interface Tile2 extends WinogradKernel {
    int TILE = 2;
    int WINDOW = 4;

    @Override
    default void transformInput(
        float[] arena, int[] pixels, int channel, int scratch, int out, int outStride) {
      for (int y = 0; y < WINDOW; y++) {
        int row = y * WINDOW;
        inputLine(
            arena,
            pixels[row] + channel,
            pixels[row + 1] + channel,
            pixels[row + 2] + channel,
            pixels[row + 3] + channel,
            scratch + row * Vectors.LANES,
            Vectors.LANES);
      }
      int step = WINDOW * Vectors.LANES;
      for (int x = 0; x < WINDOW; x++) {
        int column = scratch + x * Vectors.LANES;
        inputLine(
            arena,
            column,
            column + step,
            column + 2 * step,
            column + 3 * step,
            out + x * outStride,
            WINDOW * outStride);
      }
    }

    @Override
    default void transformOutput(
        float[] arena, int in, int inStride, int scratch, int[] pixels, int tile, int channel) {
      int step = WINDOW * Vectors.LANES;
      for (int x = 0; x < WINDOW; x++) {
        int column = scratch + x * Vectors.LANES;
        outputLine(arena, in + x * inStride, WINDOW * inStride, column, column + step);
      }
      for (int y = 0; y < TILE; y++) {
        int row = tile + y * TILE;
        int line = scratch + y * step;
        outputLine(arena, line, Vectors.LANES, pixels[row] + channel, pixels[row + 1] + channel);
      }
    }

    /** Multiplies four vectors by {@code B'}. */
    void inputLine(float[] arena, int i0, int i1, int i2, int i3, int out, int step);

    /** Multiplies four vectors by {@code A'}. */
    void outputLine(float[] arena, int in, int step, int out0, int out1);
  }

  /** Those of {@link Winograd#TILE_4}, line by line: sizes are constants to the compiler. */
  interface Tile4 extends WinogradKernel {
    int TILE = 4;
    int WINDOW = 6;

    @Override
    default void transformInput(
        float[] arena, int[] pixels, int channel, int scratch, int out, int outStride) {
      for (int y = 0; y < WINDOW; y++) {
        int row = y * WINDOW;
        inputLine(
            arena,
            pixels[row] + channel,
            pixels[row + 1] + channel,
            pixels[row + 2] + channel,
            pixels[row + 3] + channel,
            pixels[row + 4] + channel,
            pixels[row + 5] + channel,
            scratch + row * Vectors.LANES,
            Vectors.LANES);
      }
      int step = WINDOW * Vectors.LANES;
      for (int x = 0; x < WINDOW; x++) {
        int column = scratch + x * Vectors.LANES;
        inputLine(
            arena,
            column,
            column + step,
            column + 2 * step,
            column + 3 * step,
            column + 4 * step,
            column + 5 * step,
            out + x * outStride,
            WINDOW * outStride);
      }
    }

    @Override
    default void transformOutput(
        float[] arena, int in, int inStride, int scratch, int[] pixels, int tile, int channel) {
      int step = WINDOW * Vectors.LANES;
      for (int x = 0; x < WINDOW; x++) {
        int column = scratch + x * Vectors.LANES;
        outputLine(
            arena,
            in + x * inStride,
            WINDOW * inStride,
            column,
            column + step,
            column + 2 * step,
            column + 3 * step);
      }
      for (int y = 0; y < TILE; y++) {
        int row = tile + y * TILE;
        outputLine(
            arena,
            scratch + y * step,
            Vectors.LANES,
            pixels[row] + channel,
            pixels[row + 1] + channel,
            pixels[row + 2] + channel,
            pixels[row + 3] + channel);
      }
    }

    /** Multiplies six vectors by {@code B'}. */
    void inputLine(
        float[] arena, int i0, int i1, int i2, int i3, int i4, int i5, int out, int step);

    /** Multiplies six vectors by {@code A'}. */
    void outputLine(float[] arena, int in, int step, int out0, int out1, int out2, int out3);
  }
}
