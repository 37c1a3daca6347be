package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.MapKernel;
import dev.vgnet.cpu.kernel.MapOperation;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.plan.Step.Pool.Kind;
import java.util.List;

/** The maximum or mean of windows. */
public final class PoolPass implements Pass {
  private final Kind kind;
  private final View input;
  private final View output;
  private final Window window;
  private final Piece[] pieces;
  private final MapKernel.Row[] rows;
  private final RehearsedKernel<MapKernel> kernel;

  public PoolPass(Kind kind, View input, View output, Window window) {
    this.kind = kind;
    this.input = input;
    this.output = output;
    this.window = window;
    pieces = Piece.of(input, output).toArray(Piece[]::new);
    rows = List.of(pieces).stream().map(this::row).toArray(MapKernel.Row[]::new);
    kernel =
        RehearsedKernel.of(
            switch (kind) {
              case MAX -> MapOperation.MAX;
              case AVERAGE -> MapOperation.MEAN;
            });
  }

  private MapKernel.Row row(Piece piece) {
    return new MapKernel.Row(
        window.kernel(),
        window.stride(),
        window.padding(),
        input.width(),
        piece.first().stride(),
        output.width(),
        piece.last().stride(),
        piece.channels());
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public long work() {
    return (long) output.pixels() * output.channels() * window.kernel() * window.kernel();
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(kernel);
  }

  @Override
  public int scratch() {
    int widest = 0;
    for (Piece piece : pieces) {
      widest = Math.max(widest, piece.first().stride());
    }
    return kind == Kind.MAX ? ArrayLength.checked((long) input.width() * widest) : 0;
  }

  /** Rows inside the map only: a window may be much larger. */
  @Override
  public int offsets() {
    return Math.min(window.kernel(), input.height());
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    MapKernel maps = kernel.kernel();
    int[] offsets = workspace.offsets;
    for (int y = from; y < to; y++) {
      int firstRow = Math.max(window.row(y, 0), 0);
      int count = Math.min(window.row(y, window.kernel()), input.height()) - firstRow;
      for (int i = 0; i < pieces.length; i++) {
        for (int row = 0; row < count; row++) {
          int pixel = (firstRow + row) * input.width();
          offsets[row] = input.pixel(workspace, pieces[i].first(), pixel);
        }
        int out = output.pixel(workspace, pieces[i].last(), y * output.width());
        switch (kind) {
          case MAX -> maps.max(workspace.arena, offsets, count, workspace.scratch, out, rows[i]);
          case AVERAGE -> average(maps, workspace, out, rows[i]);
        }
      }
    }
  }

  /** No window leaves the map. */
  private void average(MapKernel maps, Workspace workspace, int out, MapKernel.Row row) {
    int area = window.kernel() * window.kernel();
    for (int x = 0; x < row.outWidth(); x++) {
      maps.mean(
          workspace.arena,
          workspace.offsets,
          x * window.stride() * row.inStride(),
          row.inStride(),
          window.kernel(),
          area,
          row.channels(),
          1f / area,
          out + x * row.outStride());
    }
  }
}
