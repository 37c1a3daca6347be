package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.Pooling;
import dev.vgnet.cpu.kernel.Vectors;

/**
 * The sum of each channel over each strip of consecutive pixels, divided by a number. There are as
 * many strips as the output has pixels; a unit is a vector of channels of a strip, so that strips
 * are summed up where they were written, and a single one by all workers.
 */
final class SumPass implements Pass {
  /** A strip of fewer pixels is not worth a sum of its own. */
  private static final int MIN_STRIP = 48;

  private static final int MAX_STRIPS = 64;

  private final View input;
  private final View output;
  private final int divisor;
  private final Piece[] pieces;
  private final int vectors;

  SumPass(View input, View output, int divisor) {
    this.input = input;
    this.output = output;
    this.divisor = divisor;
    pieces = Piece.of(input, output).toArray(Piece[]::new);
    int count = 0;
    for (Piece piece : pieces) {
      count += vectors(piece);
    }
    vectors = count;
  }

  /** Into how many strips a map is best cut: always the same, so that sums are, too. */
  static int strips(int pixels) {
    return Math.clamp(pixels / MIN_STRIP, 1, MAX_STRIPS);
  }

  private static int vectors(Piece piece) {
    return Math.ceilDiv(piece.channels(), Vectors.LANES);
  }

  @Override
  public int units() {
    return output.pixels() * vectors;
  }

  @Override
  public long work() {
    return (long) input.pixels() * input.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int unit = from; unit < to; ) {
      int strip = unit / vectors;
      int first = strip * vectors;
      int end = Math.min(to, first + vectors);
      sum(workspace.arena, strip, unit - first, end - first);
      unit = end;
    }
  }

  private void sum(float[] arena, int strip, int from, int to) {
    int pixel = firstPixel(strip);
    int pixels = firstPixel(strip + 1) - pixel;
    int first = 0;
    for (Piece piece : pieces) {
      int start = Math.max(from - first, 0) * Vectors.LANES;
      int end = Math.min((to - first) * Vectors.LANES, piece.channels());
      if (start < end) {
        Pooling.sum(
            arena,
            piece.first().pixel(pixel) + start,
            piece.first().stride(),
            pixels,
            end - start,
            divisor,
            piece.last().pixel(strip) + start);
      }
      first += vectors(piece);
    }
  }

  private int firstPixel(int strip) {
    return (int) ((long) input.pixels() * strip / output.pixels());
  }
}
