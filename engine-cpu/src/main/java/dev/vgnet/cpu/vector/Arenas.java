package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.error.ImageShapeException;

/** Sizes of arrays. */
final class Arenas {
  /** Leaves room for what {@link AlignedArrays} adds. */
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 4 * AlignedArrays.LINE;

  private Arenas() {}

  /**
   * A number of floats as an array index.
   *
   * @throws ImageShapeException if no array is that long
   */
  static int index(long floats) {
    if (floats > MAX_LENGTH) {
      throw new ImageShapeException(
          "the image is too large: its feature maps need %d MiB at a time, at most %d are supported"
              .formatted(floats >> 18, MAX_LENGTH >> 18));
    }
    return (int) floats;
  }
}
