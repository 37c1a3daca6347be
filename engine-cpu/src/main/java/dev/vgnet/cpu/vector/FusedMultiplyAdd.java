package dev.vgnet.cpu.vector;

/**
 * Whether the JVM computes {@link Math#fma} with the processor's own instruction. Where there is
 * none it computes with decimal numbers of any length, a thousand times slower, and does so for
 * vectors, too. Nothing but the time tells.
 */
final class FusedMultiplyAdd {
  /** With the instruction an interpreted call takes some 40 ns, without it a compiled one 2500. */
  private static final long MOST_NANOS = 1000;

  private static final int CALLS = 100;

  /** The fastest counts: a round is short, and other threads rarely interrupt all of them. */
  private static final int ROUNDS = 5;

  private static final boolean FAST = measure();

  private FusedMultiplyAdd() {}

  static boolean isFast() {
    return FAST;
  }

  /**
   * In variables alone: fields of a class that is not initialized yet take longer than all else.
   */
  private static boolean measure() {
    float sum = 1e30f;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int call = 0; call < CALLS; call++) {
        sum = Math.fma(1e-20f, 1e-15f, sum); // whose exact value has many digits
      }
      long nanos = System.nanoTime() - start;
      // The sum is asked for so that no compiler leaves the calls out.
      if (nanos <= CALLS * MOST_NANOS && sum > 0) {
        return true;
      }
    }
    return false;
  }
}
