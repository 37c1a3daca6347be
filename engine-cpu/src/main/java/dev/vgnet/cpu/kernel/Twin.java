package dev.vgnet.cpu.kernel;

/**
 * A kernel in plain Java that computes, to the last bit, what a kernel of vectors of the same shape
 * does. All twins of a kind share their methods, which need no vectors to be fast: they are
 * compiled within milliseconds. Allocates nothing.
 *
 * @param <K> the kind of kernel
 */
interface Twin<K> {
  /** This twin, as a kernel. */
  K kernel();

  /** Makes the kernel it stands in for. */
  K generate();

  /** The numbers that {@link #rehearse} works on. */
  long memory();

  /**
   * Calls a kernel of this shape once, as steps do.
   *
   * @param memory zeros, of which it overwrites those that it does not read
   */
  void rehearse(K kernel, float[] memory);

  /** Calls it where it does next to nothing, if it can. */
  default void rehearseDry(K kernel, float[] memory) {}
}
