package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.vector.pass.Window;
import dev.vgnet.error.UnsupportedModelException;

/** What a model may ask for, whatever the size of the image. */
public final class Limits {
  /** Of floats in an array, with room for what aligns it. */
  private static final long MAX_PACKED = Integer.MAX_VALUE - 1024;

  /** Of zeros beside the rows of one window: 64 MiB, far more than any network known. */
  private static final long MAX_BORDER = 1 << 24;

  private Limits() {}

  /**
   * @param floats of all weights of a step, as its kernels read them
   * @throws UnsupportedModelException if no array is that long
   */
  public static void requirePackable(String step, long floats) {
    if (floats > MAX_PACKED) {
      throw new UnsupportedModelException(
          "step %s: its weights take %d MiB as this backend packs them, at most %d are supported"
              .formatted(step, floats >> 18, MAX_PACKED >> 18));
    }
  }

  /**
   * @param channels of the input
   * @throws UnsupportedModelException if the window has too much padding
   */
  static void requireBorder(String step, Window window, int channels) {
    double border = 2.0 * window.padding() * channels * window.kernel();
    if (border > MAX_BORDER) {
      throw new UnsupportedModelException(
          "step %s: a padding of %d around %d channels is not supported"
              .formatted(step, window.padding(), channels));
    }
  }
}
