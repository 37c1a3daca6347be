package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.Pooling;
import dev.vgnet.cpu.kernel.Vectors;

/** The mean of each channel over all pixels; a unit is a vector of channels. */
final class MeanPass implements Pass {
  private final View input;
  private final Piece[] pieces;
  private final int vectors;

  MeanPass(View input, View output) {
    this.input = input;
    pieces = Piece.of(input, output).toArray(Piece[]::new);
    int count = 0;
    for (Piece piece : pieces) {
      count += vectors(piece);
    }
    vectors = count;
  }

  private static int vectors(Piece piece) {
    return Math.ceilDiv(piece.channels(), Vectors.LANES);
  }

  @Override
  public int units() {
    return vectors;
  }

  @Override
  public long work() {
    return (long) input.pixels() * input.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    int first = 0;
    for (Piece piece : pieces) {
      int start = Math.max(from - first, 0) * Vectors.LANES;
      int end = Math.min((to - first) * Vectors.LANES, piece.channels());
      if (start < end) {
        Pooling.mean(
            workspace.arena,
            piece.first().offset() + start,
            piece.first().stride(),
            input.pixels(),
            end - start,
            piece.last().offset() + start);
      }
      first += vectors(piece);
    }
  }
}
