package dev.vgnet.cpu.kernel;

/**
 * Arrays in which vectors do not cross cache lines, which would halve the speed of depthwise
 * convolutions and of wide tiles.
 *
 * <p>Java promises nothing about where an array lies. But the collectors that divide the heap into
 * regions (G1, ZGC, Shenandoah) put a large array at the start of a region of its own and leave it
 * there: so its alignment is known. With other collectors kernels are slower, not wrong.
 */
public final class AlignedArrays {
  /**
   * The index of the first float that begins a cache line, as does every sixteenth after it: what
   * is left of the line behind the array's header of 16 bytes. With one of 12 (compact headers) or
   * 20 (no compressed class pointers) vectors cross cache lines, and compute the same.
   */
  public static final int FIRST = 12;

  /** Floats in a cache line. */
  public static final int LINE = 16;

  /** Half of G1's regions in heaps of up to 16 GiB: larger arrays are never moved. */
  private static final int MIN_LENGTH = 1 << 20;

  private AlignedArrays() {}

  /**
   * An array of zeros with room for {@code floats} numbers from {@link #FIRST} on, and for a vector
   * read or written behind them.
   *
   * @throws IllegalArgumentException if an array cannot be so long
   */
  public static float[] allocate(long floats) {
    long length = Math.max(FIRST + floats + LINE, MIN_LENGTH);
    if (floats < 0 || length > Integer.MAX_VALUE - LINE) {
      throw new IllegalArgumentException("no array of %d floats".formatted(floats));
    }
    return new float[(int) length];
  }

  /** Rounds a number of floats up to whole cache lines. */
  public static long wholeLines(long floats) {
    return Math.ceilDiv(floats, LINE) * LINE;
  }
}
