package dev.vgnet.tensor;

import java.util.Arrays;

/**
 * The extents of a tensor, outermost first: {@code [N, C, H, W]} for images. Immutable. Extents are
 * zero or more, and their product fits in a {@code long}; rank 0 is a scalar of one element.
 */
public final class Shape {
  /** The length of an array that every JVM allows, if there is memory for it. */
  public static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

  private final int[] extents;
  private final long elementCount;

  private Shape(int[] extents) {
    long count = 1;
    for (int extent : extents) {
      if (extent < 0) {
        throw new IllegalArgumentException("negative extent in shape " + Arrays.toString(extents));
      }
      if (extent != 0 && count > Long.MAX_VALUE / extent) {
        throw new IllegalArgumentException("shape " + Arrays.toString(extents) + " is too large");
      }
      count *= extent;
    }
    this.extents = extents;
    this.elementCount = count;
  }

  /**
   * @param extents outermost first
   * @throws IllegalArgumentException if an extent is negative or the product overflows
   */
  public static Shape of(int... extents) {
    return new Shape(extents.clone());
  }

  /** The number of dimensions. */
  public int rank() {
    return extents.length;
  }

  /**
   * The extent of one dimension.
   *
   * @param dimension from 0, the outermost
   */
  public int extent(int dimension) {
    return extents[dimension];
  }

  /** The product of all extents. */
  public long elementCount() {
    return elementCount;
  }

  /** Whether an array can be as long as there are elements. */
  public boolean fitsInArray() {
    return elementCount <= MAX_ARRAY_LENGTH;
  }

  /** The extents, outermost first, as a new array. */
  public int[] toArray() {
    return extents.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /** The extents in brackets, as PyTorch prints them: {@code [2, 3, 224, 224]}. */
  @Override
  public String toString() {
    return Arrays.toString(extents);
  }
}
