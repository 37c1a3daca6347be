package dev.vgnet.zoo;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;

/** The 3x3 Gaussian that VGNet halves images with. */
final class GaussianKernel {
  private static final int TAPS = 9;

  /** Relative to the centre: more than bfloat16 loses, far less than training changes. */
  private static final double TOLERANCE = 1.0 / 128;

  private GaussianKernel() {}

  /**
   * The kernel of a standard deviation: the product of two normalised Gaussians, one along each
   * axis.
   *
   * @param name of the tensor, for messages
   * @param sigma one positive number, in pixels
   * @return {@code [1, 1, 3, 3]} in float64
   */
  static Tensor ofSigma(String name, Tensor sigma) {
    double value = sigma.get(0);
    if (!(value > 0 && Double.isFinite(value))) {
      throw new ModelFormatException(
          "tensor " + name, "expected a positive number, found " + value);
    }
    double side = Math.exp(-0.5 / (value * value));
    double[] line = {side / (1 + 2 * side), 1 / (1 + 2 * side), side / (1 + 2 * side)};
    double[] kernel = new double[TAPS];
    for (int i = 0; i < TAPS; i++) {
      kernel[i] = line[i / 3] * line[i % 3];
    }
    return Tensor.of(Shape.of(1, 1, 3, 3), kernel);
  }

  /**
   * The Gaussian of standard deviation 1, stored for each channel.
   *
   * @return {@code [channels, 1, 3, 3]}
   */
  static Tensor perChannel(int channels) {
    float[] one = ofSigma("sigma", Tensor.of(Shape.of(), new float[] {1})).toFloatArray();
    float[] values = new float[channels * TAPS];
    for (int i = 0; i < values.length; i++) {
      values[i] = one[i % TAPS];
    }
    return Tensor.of(Shape.of(channels, 1, 3, 3), values);
  }

  /**
   * True if {@code [C, 1, 3, 3]} kernels are one Gaussian, the same for every channel but for its
   * sign: what no training makes of them.
   */
  static boolean isRepeatedIn(Tensor kernels) {
    double[] values = kernels.toDoubleArray();
    double corner = Math.abs(values[0]);
    double edge = Math.abs(values[1]);
    double centre = Math.abs(values[4]);
    if (!(0 < corner && corner < edge && edge < centre)) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      int tap = i % TAPS;
      double expected = tap == 4 ? centre : tap % 2 == 1 ? edge : corner;
      double sign = Math.signum(values[i - tap]);
      if (!(Math.abs(values[i] - sign * expected) <= TOLERANCE * centre)) {
        return false;
      }
    }
    return true;
  }
}
