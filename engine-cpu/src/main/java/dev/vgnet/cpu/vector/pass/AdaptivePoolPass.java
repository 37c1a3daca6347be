package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.MapKernel;
import dev.vgnet.cpu.kernel.MapOperation;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/** The mean of each cell of a grid: of H rows, those from floor(i H / n) to ceil((i + 1) H / n). */
public final class AdaptivePoolPass implements Pass {
  private final View input;
  private final View output;
  private final Piece[] pieces;
  private final RehearsedKernel<MapKernel> kernel = RehearsedKernel.of(MapOperation.MEAN);

  public AdaptivePoolPass(View input, View output) {
    this.input = input;
    this.output = output;
    pieces = Piece.of(input, output).toArray(Piece[]::new);
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(kernel);
  }

  /** The rows of a cell. */
  @Override
  public int offsets() {
    return input.height();
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
    MapKernel means = kernel.kernel();
    for (int y = from; y < to; y++) {
      int top = first(y, input.height(), output.height());
      int height = end(y, input.height(), output.height()) - top;
      for (Piece piece : pieces) {
        Part in = piece.first();
        for (int row = 0; row < height; row++) {
          workspace.offsets[row] = in.pixel((top + row) * input.width());
        }
        for (int x = 0; x < output.width(); x++) {
          int left = first(x, input.width(), output.width());
          int width = end(x, input.width(), output.width()) - left;
          means.mean(
              workspace.arena,
              workspace.offsets,
              left * in.stride(),
              in.stride(),
              width,
              width * height,
              piece.channels(),
              1f / (width * height),
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
