package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.error.ImageShapeException;

/** How long an array of floats may be. */
public final class ArrayLength {
  /** Leaves room for what {@link AlignedArrays} adds. */
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 4 * AlignedArrays.LINE;

  private ArrayLength() {}

  /**
   * A number of floats as an array index.
   *
   * @throws ImageShapeException if no array is that long
   */
  public static int checked(long floats) {
    if (floats > MAX_LENGTH) {
      throw new ImageShapeException(
          "the image is too large: its feature maps need %d MiB at a time, at most %d are supported"
              .formatted(floats >> 18, MAX_LENGTH >> 18));
    }
    return (int) floats;
  }
}
