package dev.vgnet.cpu.kernel;

import java.util.Arrays;

/**
 * The numbers an {@link EpilogueKernel} needs for each channel, each array with room to read a
 * whole vector at any channel. Arrays whose part the kernel lacks are never read.
 */
public record EpilogueParameters(float[] bias, float[] scale, float[] shift) {
  /** No parameters. */
  public static final EpilogueParameters NONE =
      new EpilogueParameters(new float[0], new float[0], new float[0]);

  public EpilogueParameters {
    bias = extended(bias);
    scale = extended(scale);
    shift = extended(shift);
  }

  private static float[] extended(float[] values) {
    return Arrays.copyOf(values, values.length + Vectors.LANES);
  }
}
