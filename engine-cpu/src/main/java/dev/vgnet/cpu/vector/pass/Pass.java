package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import java.util.List;

/**
 * A part of a step whose units (rows, chunks of pixels, panels of channels) can be computed in any
 * order and by several workers. Immutable; all that changes is in the {@link Workspace}.
 */
public interface Pass {
  /** How many units there are for one image, at least one. */
  int units();

  /** Roughly the multiply-accumulates, or numbers moved, of all units together. */
  long work();

  /** How many floats of {@link Workspace#scratch} a worker needs. */
  default int scratch() {
    return 0;
  }

  /** How many {@link Workspace#offsets} a worker needs. */
  default int offsets() {
    return 0;
  }

  /**
   * Into how many parts its units are cut where images take turns, so that the weights of a part
   * stay in the cache from one image to the next.
   */
  default int turns() {
    return 1;
  }

  /** Whether each unit is a row of the output, in order. */
  default boolean isRowByRow() {
    return false;
  }

  /**
   * The bands of rows that its units are cut into, equally many units each: from row {@code rows *
   * band / bands} to row {@code rows * (band + 1) / bands}. 0 if there are none.
   */
  default int bands() {
    return 0;
  }

  /**
   * Whether a band of it needs no more of the pass before than the same band, and overwrites
   * nothing that the passes before read.
   */
  default boolean follows() {
    return false;
  }

  /** All kernels that it calls: they have to be rehearsed before it is fast. */
  List<RehearsedKernel<?>> kernels();

  /** Computes the units {@code from} (included) to {@code to} (excluded) of one image. */
  void run(Workspace workspace, int from, int to);
}
