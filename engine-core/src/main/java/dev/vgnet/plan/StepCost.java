package dev.vgnet.plan;

import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * The least that a step has to do for one image, on any device.
 *
 * @param multiplyAccumulates one for each product of a convolution or fully connected layer
 * @param maps numbers of the output and of each value that is read, once however many windows or
 *     operands read it; channels that two values share, or that one names twice, count twice
 * @param weights numbers of kernels and matrices; biases and norms are not counted
 */
public record StepCost(long multiplyAccumulates, long maps, long weights) {
  /**
   * Counts a step.
   *
   * @param tensors the shape of every tensor the step names
   */
  public static StepCost of(Step step, Map<String, Shape> tensors) {
    List<Shape> weights = weights(step).stream().map(tensors::get).toList();
    long maps =
        numbers(Value.of(step.output()))
            + step.inputs().stream().distinct().mapToLong(StepCost::numbers).sum();
    long pixels = (long) step.output().height() * step.output().width();
    long products =
        weights.stream().mapToLong(weight -> products(step, weight)).sum()
            * (step instanceof Step.SqueezeExcite ? 1 : pixels);
    return new StepCost(products, maps, weights.stream().mapToLong(Shape::elementCount).sum());
  }

  /** All numbers that are read or written. */
  public long numbers() {
    return maps + weights;
  }

  private static List<String> weights(Step step) {
    return switch (step) {
      case Step.Pointwise s -> List.of(s.weight());
      case Step.Convolution s -> List.of(s.weight());
      case Step.Depthwise s -> List.of(s.weight());
      case Step.Linear s -> List.of(s.weight());
      case Step.SqueezeExcite s -> List.of(s.reduceWeight(), s.expandWeight());
      case Step.Pool _,
          Step.AdaptiveAveragePool _,
          Step.GlobalAveragePool _,
          Step.Elementwise _,
          Step.Multiply _,
          Step.Copy _ ->
          List.of();
    };
  }

  /** For one pixel of the output; a depthwise convolution may share kernels between channels. */
  private static long products(Step step, Shape weight) {
    return step instanceof Step.Depthwise
        ? step.output().channels() * (weight.elementCount() / weight.extent(0))
        : weight.elementCount();
  }

  /** How many numbers a value has. */
  static long numbers(Value value) {
    return (long) value.channels() * value.height() * value.width();
  }
}
