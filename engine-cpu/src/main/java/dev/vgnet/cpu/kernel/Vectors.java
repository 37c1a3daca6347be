package dev.vgnet.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one shape of vector that this process computes with. Vectors of two sizes in one process make
 * the compiler box them.
 */
public final class Vectors {
  /** The system property that forces the width in bits: 128, 256 or 512. */
  static final String BITS_PROPERTY = "dev.vgnet.vector.bits";

  /** The widest vector the CPU handles well, unless {@link #BITS_PROPERTY} says otherwise. */
  public static final VectorSpecies<Float> SPECIES = species(System.getProperty(BITS_PROPERTY));

  /** The number of floats in a vector. */
  public static final int LANES = SPECIES.length();

  /** Zeros of a vector. */
  static final float[] BLANK = new float[LANES];

  private Vectors() {}

  /** Rounds a number of channels up to whole vectors. */
  public static int padded(int channels) {
    return Math.ceilDiv(channels, LANES) * LANES;
  }

  private static VectorSpecies<Float> species(String bits) {
    return switch (bits) {
      case null -> preferred();
      case "128" -> FloatVector.SPECIES_128;
      case "256" -> FloatVector.SPECIES_256;
      case "512" -> FloatVector.SPECIES_512;
      default ->
          throw new IllegalArgumentException(
              "%s must be 128, 256 or 512, found %s".formatted(BITS_PROPERTY, bits));
    };
  }

  /**
   * Wider vectors than 512 bit gain nothing on feature maps that have 28 channels; the twins of
   * kernels take groups of four numbers.
   */
  private static VectorSpecies<Float> preferred() {
    VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
    if (preferred.vectorBitSize() < 128) {
      return FloatVector.SPECIES_128;
    }
    return preferred.vectorBitSize() > 512 ? FloatVector.SPECIES_512 : preferred;
  }
}
