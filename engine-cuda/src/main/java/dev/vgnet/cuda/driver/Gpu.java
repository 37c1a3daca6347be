package dev.vgnet.cuda.driver;

import java.util.Locale;

/**
 * A device that CUDA lists.
 *
 * @param ordinal its place in that list
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param memory in bytes
 */
record Gpu(int ordinal, String name, int major, int minor, long memory) {
  /** Turing: the oldest that CUDA 13 compiles for. */
  private static final int OLDEST_MAJOR = 7;

  private static final int OLDEST_MINOR = 5;

  /** Whether kernels can be compiled for it. */
  boolean isSupported() {
    return major > OLDEST_MAJOR || major == OLDEST_MAJOR && minor >= OLDEST_MINOR;
  }

  /** What an unsupported one lacks. */
  static String wanted() {
    return "compute capability %d.%d or higher".formatted(OLDEST_MAJOR, OLDEST_MINOR);
  }

  /** Such as {@code sm_90}. */
  String architecture() {
    return "sm_" + major + minor;
  }

  /** Such as {@code NVIDIA H200, compute capability 9.0, 139.8 GiB}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, compute capability %d.%d, %.1f GiB",
        name,
        major,
        minor,
        memory / (double) (1 << 30));
  }
}
