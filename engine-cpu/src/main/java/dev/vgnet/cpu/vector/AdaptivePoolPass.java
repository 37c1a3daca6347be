package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.Pooling;
import dev.vgnet.cpu.vector.View.Part;

/** The mean of each cell of a grid: of H rows, those from floor(i H / n) to ceil((i + 1) H / n). */
final class AdaptivePoolPass implements Pass {
  private final View input;
  private final View output;
  private final Piece[] pieces;

  AdaptivePoolPass(View input, View output) {
    this.input = input;
    this.output = output;
    pieces = Piece.of(input, output).toArray(Piece[]::new);
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public long work() {
    return (long) Math.max(input.pixels(), output.pixels()) * output.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int y = from; y < to; y++) {
      int top = first(y, input.height(), output.height());
      int bottom = end(y, input.height(), output.height());
      for (int x = 0; x < output.width(); x++) {
        int left = first(x, input.width(), output.width());
        int right = end(x, input.width(), output.width());
        for (Piece piece : pieces) {
          Part in = piece.first();
          Pooling.mean(
              workspace.arena,
              in.pixel(top * input.width() + left),
              in.stride(),
              input.width() * in.stride(),
              right - left,
              bottom - top,
              piece.channels(),
              piece.last().pixel(y * output.width() + x));
        }
      }
    }
  }

  private static int first(int cell, int extent, int cells) {
    return (int) ((long) cell * extent / cells);
  }

  private static int end(int cell, int extent, int cells) {
    return (int) Math.ceilDiv((cell + 1L) * extent, (long) cells);
  }
}
