package dev.vgnet.cpu.kernel;

/** The transforms of {@link Winograd} for a vector of channels, of inputs and back to outputs. */
public interface WinogradKernel {
  /**
   * {@code B' d B} for a vector of channels.
   *
   * @param pixels where the {@link Winograd#POSITIONS} pixels of the window lie
   * @param channel added to each of them
   * @param scratch room for {@link Winograd#POSITIONS} vectors
   * @param out where the first transformed vector goes
   * @param outStride from one of them to the next
   */
  default void transformInput(
      float[] arena, int[] pixels, int channel, int scratch, int out, int outStride) {
    for (int y = 0; y < Winograd.WINDOW; y++) {
      int row = y * Winograd.WINDOW;
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
    int step = Winograd.WINDOW * Vectors.LANES;
    for (int x = 0; x < Winograd.WINDOW; x++) {
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
          Winograd.WINDOW * outStride);
    }
  }

  /**
   * {@code A' m A} for a vector of channels.
   *
   * @param in the first of {@link Winograd#POSITIONS} vectors of sums
   * @param inStride from one of them to the next
   * @param scratch room for {@link Winograd#POSITIONS} vectors
   * @param pixels from index {@code tile} on, where the 16 pixels of the tile lie
   * @param channel added to each of them
   */
  default void transformOutput(
      float[] arena, int in, int inStride, int scratch, int[] pixels, int tile, int channel) {
    int step = Winograd.WINDOW * Vectors.LANES;
    for (int x = 0; x < Winograd.WINDOW; x++) {
      int column = scratch + x * Vectors.LANES;
      outputLine(
          arena,
          in + x * inStride,
          Winograd.WINDOW * inStride,
          column,
          column + step,
          column + 2 * step,
          column + 3 * step);
    }
    for (int y = 0; y < Winograd.TILE; y++) {
      int row = tile + y * Winograd.TILE;
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
  void inputLine(float[] arena, int i0, int i1, int i2, int i3, int i4, int i5, int out, int step);

  /** Multiplies six vectors by {@code A'}. */
  void outputLine(float[] arena, int in, int step, int out0, int out1, int out2, int out3);
}
