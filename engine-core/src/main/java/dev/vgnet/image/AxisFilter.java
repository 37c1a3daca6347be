package dev.vgnet.image;

import dev.vgnet.model.Interpolation;

/**
 * How a run of output samples along one axis is mixed from input samples: PIL's antialiasing
 * filters, with weights in fixed point. Immutable.
 */
final class AxisFilter {
  /** Fraction bits of a weight: 32 less 8 of a sample and 2 for sums that overshoot. */
  static final int PRECISION_BITS = 32 - 8 - 2;

  /** More than common pictures need for all their outputs; it bounds the memory of long ones. */
  static final int MAX_WEIGHTS = 1 << 20;

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
   * The filter for the next of an axis' wanted outputs: as many as {@link #MAX_WEIGHTS} have room
   * for, but at least one, which never has more weights than the axis has inputs.
   *
   * @param first the first of them, from 0
   */
  static AxisFilter of(Axis axis, int first) {
    double step = 1 / axis.filterScale();
    int stride = (int) Math.min(2 * (long) Math.ceil(axis.radius()) + 1, axis.inputSize());
    int count = Math.clamp(MAX_WEIGHTS / stride, 1, axis.count() - first);
    int[] starts = new int[count];
    int[] counts = new int[count];
    int[] weights = new int[count * stride];
    for (int i = 0; i < count; i++) {
      starts[i] = axis.inputStart(first + i);
      counts[i] = axis.inputEnd(first + i) - starts[i];
      double centre = axis.centre(first + i);
      double sum = 0;
      for (int k = 0; k < counts[i]; k++) {
        sum += weight(axis.interpolation(), (k + starts[i] - centre + 0.5) * step);
      }
      // Computed again, as doubles of all would take most of the memory.
      for (int k = 0; k < counts[i]; k++) {
        double raw = weight(axis.interpolation(), (k + starts[i] - centre + 0.5) * step);
        weights[i * stride + k] = toFixedPoint(sum == 0 ? raw : raw / sum);
      }
    }
    return new AxisFilter(starts, counts, weights);
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
