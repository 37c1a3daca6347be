package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.MapKernel;
import dev.vgnet.cpu.kernel.MapOperation;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/**
 * The sum of each channel over each strip of consecutive pixels, divided by a number. There are as
 * many strips as the output has pixels; a unit is a vector of channels of a strip, so that strips
 * are summed up where they were written, and a single one by all workers.
 */
public final class SumPass implements Pass {
  /** A strip of fewer pixels is not worth a sum of its own. */
  private static final int MIN_STRIP = 48;

  private static final int MAX_STRIPS = 64;

  /** Sums of more pixels than this are sums of sums, to keep the rounding error small. */
  private static final int LINE = 32;

  private final View input;
  private final View output;
  private final float factor;
  private final Piece[] pieces;
  private final int vectors;
  private final RehearsedKernel<MapKernel> kernel = RehearsedKernel.of(MapOperation.MEAN);

  public SumPass(View input, View output, int divisor) {
    this.input = input;
    this.output = output;
    factor = 1f / divisor;
    pieces = Piece.of(input, output).toArray(Piece[]::new);
    int count = 0;
    for (Piece piece : pieces) {
      count += vectors(piece);
    }
    vectors = count;
  }

  /** Into how many strips a map is best cut: always the same, so that sums are, too. */
  public static int strips(int pixels) {
    return Math.clamp(pixels / MIN_STRIP, 1, MAX_STRIPS);
  }

  private static int vectors(Piece piece) {
    return Math.ceilDiv(piece.channels(), Vectors.LANES);
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(kernel);
  }

  /** The lines of the longest strip. */
  @Override
  public int offsets() {
    return Math.ceilDiv(Math.ceilDiv(input.pixels(), output.pixels()), LINE);
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
      sum(workspace, strip, unit - first, end - first);
      unit = end;
    }
  }

  private void sum(Workspace workspace, int strip, int from, int to) {
    int first = 0;
    for (Piece piece : pieces) {
      int start = Math.max(from - first, 0) * Vectors.LANES;
      int end = Math.min((to - first) * Vectors.LANES, piece.channels());
      if (start < end) {
        sum(workspace, strip, piece, start, end);
      }
      first += vectors(piece);
    }
  }

  /** Channels {@code from} (included) to {@code to} (excluded) of a piece. */
  private void sum(Workspace workspace, int strip, Piece piece, int from, int to) {
    Part in = piece.first();
    int first = firstPixel(strip);
    int pixels = firstPixel(strip + 1) - first;
    for (int pixel = 0; pixel < pixels; pixel += LINE) {
      workspace.offsets[pixel / LINE] = in.pixel(first + pixel);
    }
    kernel
        .kernel()
        .mean(
            workspace.arena,
            workspace.offsets,
            from,
            in.stride(),
            LINE,
            pixels,
            to - from,
            factor,
            piece.last().pixel(strip) + from);
  }

  private int firstPixel(int strip) {
    return (int) ((long) input.pixels() * strip / output.pixels());
  }
}
