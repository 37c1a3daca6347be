package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import java.util.List;

/**
 * Passes that take turns: before a row is computed, the pass before computes those that it needs
 * and that are not there yet. Where blocks of rows meet, a few rows are computed for both.
 */
public final class CascadePass implements Pass {
  /**
   * A pass whose units are rows.
   *
   * @param height the rows it writes
   * @param window over the rows of the pass before
   */
  public record Link(Pass pass, int height, Window window) {
    /** The first row of the pass before that no row before {@code row} needs. */
    int end(int row, int rows) {
      return Math.clamp(window.row(row - 1, window.kernel()), 0, rows);
    }
  }

  private final Link[] links;
  private final int rowsSize;
  private final int ownScratch;
  private final int blocks;

  /**
   * @param blocks of rows that may be computed by several workers
   * @param rowsSize floats of the rows that each worker keeps
   */
  public CascadePass(List<Link> links, int blocks, long rowsSize) {
    this.links = links.toArray(Link[]::new);
    this.rowsSize = ArrayLength.checked(rowsSize);
    int most = links.stream().mapToInt(link -> link.pass.scratch()).max().orElseThrow();
    ownScratch = ArrayLength.checked(AlignedArrays.wholeLines(most));
    this.blocks = blocks;
  }

  @Override
  public int units() {
    return blocks;
  }

  @Override
  public long work() {
    return List.of(links).stream().mapToLong(link -> link.pass.work()).sum();
  }

  @Override
  public int scratch() {
    return ArrayLength.checked((long) ownScratch + rowsSize);
  }

  @Override
  public int offsets() {
    return List.of(links).stream().mapToInt(link -> link.pass.offsets()).max().orElseThrow();
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(links).stream()
        .<RehearsedKernel<?>>flatMap(link -> link.pass.kernels().stream())
        .toList();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    workspace.rows = workspace.scratch + ownScratch;
    int last = links.length - 1;
    long height = links[last].height;
    run(workspace, last, (int) (height * from / blocks), (int) (height * to / blocks), true);
  }

  /**
   * Computes rows of one of the passes, and what they need.
   *
   * @param first whether nothing of that is there yet; otherwise all that the rows before these
   *     needed is
   */
  private void run(Workspace workspace, int index, int from, int to, boolean first) {
    Link link = links[index];
    for (int y = from; y < to; y++) {
      if (index > 0) {
        boolean start = first && y == from;
        int height = links[index - 1].height;
        int read = start ? Math.max(link.window.row(y, 0), 0) : link.end(y, height);
        run(workspace, index - 1, read, link.end(y + 1, height), start);
      }
      link.pass.run(workspace, y, y + 1);
    }
  }
}
