package dev.vgnet.graph;

import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The size of a network, counted as the papers count it: one multiply-accumulate for each product
 * of a convolution (fixed kernels included) or fully connected layer; norms, activations, sums and
 * pooling are free.
 *
 * @param nodes all nodes of the graph, in order
 */
public record GraphStatistics(List<NodeStatistics> nodes) {
  /**
   * One node.
   *
   * @param operator such as {@code "Conv2d"}
   * @param output the shape of its value for one image
   * @param parameters learnable numbers: weights and biases, those of norms included, running
   *     statistics not; a tensor that several nodes read counts at the first
   * @param fixedParameters numbers of kernels that are not learned
   * @param multiplyAccumulates for one image
   */
  public record NodeStatistics(
      String name,
      String operator,
      Shape output,
      long parameters,
      long fixedParameters,
      long multiplyAccumulates) {}

  public GraphStatistics {
    nodes = List.copyOf(nodes);
  }

  /**
   * Counts a graph for images of one size.
   *
   * @param tensorShapes the shape of every tensor of the model
   * @param height of the image
   * @param width of the image
   * @throws dev.vgnet.error.ModelFormatException if graph, tensors and size do not fit
   */
  public static GraphStatistics of(
      Graph graph, Map<String, Shape> tensorShapes, int height, int width) {
    Map<String, Shape> shapes = ShapeInference.infer(graph, tensorShapes, height, width);
    Set<String> counted = new HashSet<>();
    List<NodeStatistics> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Operator operator = node.operator();
      Shape output = shapes.get(node.name());
      nodes.add(
          new NodeStatistics(
              node.name(),
              operator.getClass().getSimpleName(),
              output,
              elements(learnable(operator), tensorShapes, counted),
              elements(fixed(operator), tensorShapes, counted),
              multiplyAccumulates(operator, output, tensorShapes)));
    }
    return new GraphStatistics(nodes);
  }

  /** The learnable numbers of the network. */
  public long parameters() {
    return nodes.stream().mapToLong(NodeStatistics::parameters).sum();
  }

  /** The numbers of all kernels that are not learned. */
  public long fixedParameters() {
    return nodes.stream().mapToLong(NodeStatistics::fixedParameters).sum();
  }

  /** For one image. */
  public long multiplyAccumulates() {
    return nodes.stream().mapToLong(NodeStatistics::multiplyAccumulates).sum();
  }

  private static List<String> fixed(Operator operator) {
    return operator instanceof Operator.DepthwiseConv2d depthwise && depthwise.fixed()
        ? List.of(depthwise.weight())
        : List.of();
  }

  private static List<String> learnable(Operator operator) {
    return switch (operator) {
      case Operator.BatchNorm norm -> List.of(norm.weight(), norm.bias());
      case Operator.DepthwiseConv2d depthwise when depthwise.fixed() ->
          depthwise.bias().map(List::of).orElse(List.of());
      default -> operator.tensors();
    };
  }

  private static long elements(
      List<String> tensors, Map<String, Shape> tensorShapes, Set<String> counted) {
    return tensors.stream()
        .filter(counted::add)
        .mapToLong(tensor -> tensorShapes.get(tensor).elementCount())
        .sum();
  }

  private static long multiplyAccumulates(
      Operator operator, Shape output, Map<String, Shape> tensorShapes) {
    return switch (operator) {
      case Operator.Conv2d conv -> products(output, tensorShapes.get(conv.weight()));
      case Operator.DepthwiseConv2d conv -> products(output, tensorShapes.get(conv.weight()));
      case Operator.Linear linear -> tensorShapes.get(linear.weight()).elementCount();
      default -> 0;
    };
  }

  /** Each output number sums up one kernel. */
  private static long products(Shape output, Shape weight) {
    return output.elementCount() * (weight.elementCount() / weight.extent(0));
  }
}
