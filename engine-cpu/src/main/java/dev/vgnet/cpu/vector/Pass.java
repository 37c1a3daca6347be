package dev.vgnet.cpu.vector;

/**
 * A part of a step whose units (rows, chunks of pixels, panels of channels) can be computed in any
 * order and by several workers. Immutable; all that changes is in the {@link Workspace}.
 */
interface Pass {
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

  /** Computes the units {@code from} (included) to {@code to} (excluded) of one image. */
  void run(Workspace workspace, int from, int to);
}
