package dev.vgnet.cuda.driver;

/** A version of CUDA, as NVIDIA numbers them: 1000 * major + 10 * minor. */
record Version(int major, int minor) {
  /** The oldest that all functions are in that are called. */
  static final Version WANTED = new Version(13, 0);

  static Version of(int number) {
    return new Version(number / 1000, number % 1000 / 10);
  }

  boolean isAtLeast(Version other) {
    return major > other.major || major == other.major && minor >= other.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
