package dev.vgnet.plan;

import dev.vgnet.graph.Operator.BatchNorm;
import java.util.function.Function;

/**
 * What a norm does to the numbers of each channel: {@code scale * x + shift}.
 *
 * @param scale by channel
 * @param shift by channel
 */
public record Affine(double[] scale, double[] shift) {
  /**
   * The norm's four tensors made into two.
   *
   * @param values a tensor's numbers by its name, in an array of the caller's own
   */
  public static Affine of(BatchNorm norm, Function<String, double[]> values) {
    double[] scale = values.apply(norm.weight());
    double[] shift = values.apply(norm.bias());
    double[] mean = values.apply(norm.mean());
    double[] variance = values.apply(norm.variance());
    for (int c = 0; c < scale.length; c++) {
      scale[c] /= Math.sqrt(variance[c] + norm.epsilon());
      shift[c] -= mean[c] * scale[c];
    }
    return new Affine(scale, shift);
  }
}
