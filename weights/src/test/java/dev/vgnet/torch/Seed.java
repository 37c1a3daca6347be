package dev.vgnet.torch;

/** Where a test's random numbers begin: another place each time. */
public final class Seed {
  private static final String PROPERTY = "vgnet.seed";

  private Seed() {}

  /** A new seed, or {@code -Dvgnet.seed}'s; printed as the option that gives it back. */
  public static long of(Class<?> test) {
    long seed = Long.getLong(PROPERTY, System.nanoTime());
    System.out.printf("%s: -D%s=%s%n", test.getSimpleName(), PROPERTY, seed);
    return seed;
  }
}
