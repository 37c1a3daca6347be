package dev.vgnet.image;

import dev.vgnet.model.Interpolation;

/**
 * How a run of output samples along one axis is mixed from input samples: PIL's antialiasing
 * filters, with weights in fixed point. Immutable.
 */
final class AxisFilter {
  /** Fraction bits of a weight: 32 less 8 of a sample and 2 for sums that overshoot. */
  static final int PRECISION_BITS = 32 - 8 - 2;

  private final int[] inputStarts;
  private final int[] inputCounts;
  private final int[] weights;
  private final int stride;

  private AxisFilter(int[] inputStarts, int[] inputCounts, int[] weights) {
    this.inputStarts = inputStarts;
    this.inputCounts = inputCounts;
    this.weights = weights;
    this.stride = weights.length / inputStarts.length;
  }

  /**
   * The filter for a run of the outputs.
   *
   * @param inputSize samples along the axis, at least 1
   * @param outputSize samples after resizing, at least 1
   * @param first the first output wanted
   * @param count how many outputs are wanted, at least 1
   */
  static AxisFilter of(
      int inputSize, long outputSize, long first, int count, Interpolation interpolation) {
    double scale = (double) inputSize / outputSize;
    double filterScale = Math.max(scale, 1);
    double radius = radius(interpolation) * filterScale;
    double step = 1 / filterScale;
    int stride = Math.toIntExact(2 * (long) Math.ceil(radius) + 1);
    int[] starts = new int[count];
    int[] counts = new int[count];
    int[] weights = new int[Math.multiplyExact(count, stride)];
    double[] raw = new double[stride];
    for (int i = 0; i < count; i++) {
      double centre = (first + i + 0.5) * scale;
      int start = Math.max((int) (centre - radius + 0.5), 0);
      int end = Math.min((int) (centre + radius + 0.5), inputSize);
      double sum = 0;
      for (int k = 0; k < end - start; k++) {
        raw[k] = weight(interpolation, (k + start - centre + 0.5) * step);
        sum += raw[k];
      }
      for (int k = 0; k < end - start; k++) {
        weights[i * stride + k] = toFixedPoint(sum == 0 ? raw[k] : raw[k] / sum);
      }
      starts[i] = start;
      counts[i] = end - start;
    }
    return new AxisFilter(starts, counts, weights);
  }

  private static double radius(Interpolation interpolation) {
    return switch (interpolation) {
      case BILINEAR -> 1;
      case BICUBIC -> 2;
    };
  }

  /**
   * The triangle, or the cubic convolution kernel with a = -1/2 (R. Keys, "Cubic convolution
   * interpolation for digital image processing", 1981, equation 15).
   */
  private static double weight(Interpolation interpolation, double distance) {
    double x = Math.abs(distance);
    return switch (interpolation) {
      case BILINEAR -> x < 1 ? 1 - x : 0;
      case BICUBIC -> {
        double a = -0.5;
        if (x < 1) {
          yield ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        yield x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
      }
    };
  }

  private static int toFixedPoint(double weight) {
    return (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
  }

  /** How many outputs there are. */
  int outputs() {
    return inputStarts.length;
  }

  /** The first input that the first output needs; later outputs need none before it. */
  int firstInput() {
    return inputStarts[0];
  }

  /** One past the last input that an output needs. */
  int endInput() {
    return inputStarts[outputs() - 1] + inputCounts[outputs() - 1];
  }

  /** The first input of an output. */
  int inputStart(int output) {
    return inputStarts[output];
  }

  /** How many inputs an output is mixed from. */
  int inputCount(int output) {
    return inputCounts[output];
  }

  /** Where the weights of an output's inputs start; see {@link #weight(int)}. */
  int weightStart(int output) {
    return output * stride;
  }

  /** One weight, times 2^{@value #PRECISION_BITS}. */
  int weight(int index) {
    return weights[index];
  }
}
