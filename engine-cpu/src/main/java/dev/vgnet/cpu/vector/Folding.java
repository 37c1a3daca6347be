package dev.vgnet.cpu.vector;

import dev.vgnet.graph.Operator.BatchNorm;
import java.util.Optional;

/**
 * The norm that directly follows a convolution, folded into its weights and bias.
 *
 * @param scale of each output channel's weights
 * @param bias what is left to be added to the sums
 */
record Folding(Optional<double[]> scale, Optional<double[]> bias) {
  static Folding of(Optional<String> bias, Optional<BatchNorm> norm, Weights weights) {
    Optional<double[]> biasValues = bias.map(weights::values);
    if (norm.isEmpty()) {
      return new Folding(Optional.empty(), biasValues);
    }
    Affine affine = Affine.of(norm.get(), weights);
    double[] folded = affine.shift();
    biasValues.ifPresent(
        values -> {
          for (int c = 0; c < values.length; c++) {
            folded[c] += values[c] * affine.scale()[c];
          }
        });
    return new Folding(Optional.of(affine.scale()), Optional.of(folded));
  }

  /**
   * Scales weights in place.
   *
   * @param weights any number for each of the output channels, one channel after the other
   */
  double[] fold(double[] weights) {
    scale.ifPresent(
        factors -> {
          int perChannel = weights.length / factors.length;
          for (int i = 0; i < weights.length; i++) {
            weights[i] *= factors[i / perChannel];
          }
        });
    return weights;
  }
}
