package dev.vgnet.plan;

import dev.vgnet.graph.Operator.BatchNorm;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * The norms directly before and after a convolution, folded into its weights and bias, for devices
 * that fold them.
 *
 * @param inputScale of each input channel's weights
 * @param scale of each output channel's weights
 * @param bias what is left to be added to the sums
 */
public record Folding(
    Optional<double[]> inputScale, Optional<double[]> scale, Optional<double[]> bias) {
  /**
   * Without norms of inputs.
   *
   * @param bias the name of the convolution's own bias
   * @param norm that follows it directly
   * @param tensors the numbers of a tensor by its name, in an array of the caller's own
   */
  public static Folding of(
      Optional<String> bias, Optional<BatchNorm> norm, Function<String, double[]> tensors) {
    return of(Optional.empty(), bias.map(tensors), norm, tensors);
  }

  /**
   * With the norms of its inputs, which are exact where there is no padding.
   *
   * @param tensors as above
   */
  public static Folding of(Step.Pointwise step, Function<String, double[]> tensors) {
    if (step.inputNorms().isEmpty()) {
      return of(step.bias(), step.epilogue().foldedNorm(), tensors);
    }
    Affine inputs = inputs(step, tensors);
    int in = step.input().channels();
    double[] values = tensors.apply(step.weight());
    double[] bias = new double[step.output().channels()];
    step.bias().map(tensors).ifPresent(b -> System.arraycopy(b, 0, bias, 0, b.length));
    for (int i = 0; i < values.length; i++) {
      bias[i / in] += values[i] * inputs.shift()[i % in];
    }
    return of(
        Optional.of(inputs.scale()), Optional.of(bias), step.epilogue().foldedNorm(), tensors);
  }

  private static Affine inputs(Step.Pointwise step, Function<String, double[]> tensors) {
    int in = step.input().channels();
    Affine all = new Affine(new double[in], new double[in]);
    Arrays.fill(all.scale(), 1);
    int channel = 0;
    for (Segment segment : step.input().segments()) {
      BatchNorm norm = step.inputNorms().get(segment.buffer());
      if (norm != null) {
        Affine affine = Affine.of(norm, tensors);
        int from = segment.firstChannel();
        System.arraycopy(affine.scale(), from, all.scale(), channel, segment.channels());
        System.arraycopy(affine.shift(), from, all.shift(), channel, segment.channels());
      }
      channel += segment.channels();
    }
    return all;
  }

  private static Folding of(
      Optional<double[]> inputScale,
      Optional<double[]> bias,
      Optional<BatchNorm> norm,
      Function<String, double[]> tensors) {
    if (norm.isEmpty()) {
      return new Folding(inputScale, Optional.empty(), bias);
    }
    Affine affine = Affine.of(norm.get(), tensors);
    double[] folded = affine.shift();
    bias.ifPresent(
        values -> {
          for (int c = 0; c < values.length; c++) {
            folded[c] += values[c] * affine.scale()[c];
          }
        });
    return new Folding(inputScale, Optional.of(affine.scale()), Optional.of(folded));
  }

  /**
   * Scales weights in place.
   *
   * @param weights any number for each of the output channels, one channel after the other; for
   *     each, one weight an input channel where inputs are scaled
   */
  public double[] fold(double[] weights) {
    scale.ifPresent(
        factors -> {
          int perChannel = weights.length / factors.length;
          for (int i = 0; i < weights.length; i++) {
            weights[i] *= factors[i / perChannel];
          }
        });
    inputScale.ifPresent(
        factors -> {
          for (int i = 0; i < weights.length; i++) {
            weights[i] *= factors[i % factors.length];
          }
        });
    return weights;
  }
}
