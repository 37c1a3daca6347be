package dev.vgnet.cpu.reference;

import dev.vgnet.cpu.reference.ReferenceOperators.Window;
import dev.vgnet.error.Printable;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a graph node by node, unfused, with plain loops in double precision. Because it never sees a
 * plan, it checks the rewrites as well as the kernels. Immutable and safe for any thread.
 */
public final class ReferenceInterpreter {
  private final Graph graph;
  private final Map<String, double[]> tensors = new HashMap<>();
  private final Map<String, Shape> tensorShapes = new HashMap<>();

  /**
   * @param tensors every tensor the graph names
   * @throws UnsupportedModelException if no array is as long as one of them
   */
  public ReferenceInterpreter(Graph graph, Map<String, Tensor> tensors) {
    this.graph = graph;
    for (Node node : graph.nodes()) {
      for (String name : node.operator().tensors()) {
        Tensor tensor = tensors.get(name);
        if (tensor != null) {
          this.tensors.put(name, numbers(name, tensor));
          tensorShapes.put(name, tensor.shape());
        }
      }
    }
  }

  private static double[] numbers(String name, Tensor tensor) {
    if (!tensor.shape().fitsInArray()) {
      throw new UnsupportedModelException(
          "tensor %s: %s does not fit in an array, as this backend needs it"
              .formatted(Printable.shortened(name), tensor));
    }
    return tensor.toDoubleArray();
  }

  /**
   * Every value of the graph, in order, the input's included.
   *
   * @param input {@code [N, C, H, W]}
   * @param images as many numbers, row-major
   * @return by name, each {@code [N, ...]} row-major
   * @throws dev.vgnet.error.ModelFormatException if graph, tensors and image size do not fit
   */
  public Map<String, double[]> run(Shape input, double[] images) {
    Map<String, Shape> shapes = shapes(input);
    int batch = input.extent(0);
    Map<String, double[]> results = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> results.put(name, new double[(int) (batch * shape.elementCount())]));
    int imageLength = images.length / batch;
    for (int n = 0; n < batch; n++) {
      double[] image = Arrays.copyOfRange(images, n * imageLength, (n + 1) * imageLength);
      int index = n;
      runImage(image, shapes)
          .forEach(
              (name, map) -> {
                int length = map.values().length;
                System.arraycopy(map.values(), 0, results.get(name), index * length, length);
              });
    }
    return results;
  }

  /** The shape of every value for one image of a batch of this shape. */
  Map<String, Shape> shapes(Shape input) {
    return ShapeInference.infer(graph, tensorShapes, input.extent(2), input.extent(3));
  }

  /** The shape of every tensor that the graph reads. */
  Map<String, Shape> tensorShapes() {
    return tensorShapes;
  }

  /** Every value for one image. */
  Map<String, FeatureMap> runImage(double[] image, Map<String, Shape> shapes) {
    return runImage(image, shapes, new long[graph.nodes().size()]);
  }

  /** Every value for one image; adds to {@code nanos} the time that each node takes. */
  Map<String, FeatureMap> runImage(double[] image, Map<String, Shape> shapes, long[] nanos) {
    Map<String, FeatureMap> values = new LinkedHashMap<>();
    FeatureMap input = FeatureMap.zeros(shapes.get(graph.input()));
    System.arraycopy(image, 0, input.values(), 0, input.values().length);
    values.put(graph.input(), input);
    int index = 0;
    for (Node node : graph.nodes()) {
      long start = System.nanoTime();
      List<FeatureMap> in = new ArrayList<>();
      node.inputs().forEach(name -> in.add(values.get(name)));
      FeatureMap out = FeatureMap.zeros(shapes.get(node.name()));
      compute(node.operator(), in, out);
      values.put(node.name(), out);
      nanos[index++] += System.nanoTime() - start;
    }
    return values;
  }

  private void compute(Operator operator, List<FeatureMap> in, FeatureMap out) {
    FeatureMap x = in.getFirst();
    switch (operator) {
      case Operator.Conv2d op -> {
        Window window = new Window(kernel(op.weight()), op.stride(), op.padding());
        ReferenceOperators.conv2d(x, tensors.get(op.weight()), op.groups(), window, out);
        addBias(op.bias(), out);
      }
      case Operator.DepthwiseConv2d op -> {
        Window window = new Window(kernel(op.weight()), op.stride(), op.padding());
        ReferenceOperators.depthwise(x, tensors.get(op.weight()), window, out);
        addBias(op.bias(), out);
      }
      case Operator.BatchNorm op ->
          ReferenceOperators.batchNorm(
              x,
              tensors.get(op.weight()),
              tensors.get(op.bias()),
              tensors.get(op.mean()),
              tensors.get(op.variance()),
              op.epsilon(),
              out);
      case Operator.Activation op -> ReferenceOperators.activation(x, op.function(), out);
      case Operator.Add _ -> ReferenceOperators.add(x, in.getLast(), out);
      case Operator.Multiply _ -> ReferenceOperators.multiply(x, in.getLast(), out);
      case Operator.Concat _ -> ReferenceOperators.concat(in, out);
      case Operator.Slice op -> ReferenceOperators.slice(x, op.from(), out);
      case Operator.ChannelShuffle op -> ReferenceOperators.channelShuffle(x, op.groups(), out);
      case Operator.MaxPool op ->
          ReferenceOperators.maxPool(x, new Window(op.kernel(), op.stride(), op.padding()), out);
      case Operator.AveragePool op ->
          ReferenceOperators.averagePool(x, new Window(op.kernel(), op.stride(), 0), out);
      case Operator.AdaptiveAveragePool _ -> ReferenceOperators.adaptiveAveragePool(x, out);
      case Operator.GlobalAveragePool _ -> ReferenceOperators.globalAveragePool(x, out);
      case Operator.Flatten _ -> ReferenceOperators.slice(x, 0, out);
      case Operator.Linear op -> {
        ReferenceOperators.linear(x, tensors.get(op.weight()), out);
        addBias(op.bias(), out);
      }
    }
  }

  private int kernel(String weight) {
    return tensorShapes.get(weight).extent(2);
  }

  private void addBias(Optional<String> bias, FeatureMap out) {
    bias.ifPresent(name -> ReferenceOperators.addBias(tensors.get(name), out));
  }
}
