package dev.vgnet.onnx;

import static dev.vgnet.onnx.Attributes.integer;
import static dev.vgnet.onnx.Attributes.integers;
import static dev.vgnet.onnx.Attributes.number;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.AdaptiveAveragePool;
import dev.vgnet.graph.Operator.Add;
import dev.vgnet.graph.Operator.AveragePool;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.ChannelShuffle;
import dev.vgnet.graph.Operator.Concat;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.graph.Operator.Flatten;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.graph.Operator.MaxPool;
import dev.vgnet.graph.Operator.Multiply;
import dev.vgnet.graph.Operator.Slice;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says each operator in ONNX's words. For one thread. */
final class OperatorTranslation {
  private final Map<String, Tensor> tensors;
  private final Map<String, Shape> shapes;
  private final OnnxGraph onnx;

  /**
   * @param tensors the model's
   * @param shapes of the graph's values for one image of any size
   * @param onnx takes the nodes
   */
  OperatorTranslation(Map<String, Tensor> tensors, Map<String, Shape> shapes, OnnxGraph onnx) {
    this.tensors = tensors;
    this.shapes = shapes;
    this.onnx = onnx;
  }

  /** Adds ONNX nodes that compute what {@code node} does, under its name. */
  void translate(Node node) {
    List<String> inputs = node.inputs();
    String x = inputs.getFirst();
    String name = node.name();
    switch (node.operator()) {
      case Conv2d op ->
          convolution(
              node,
              weight(op.weight()),
              op.weight(),
              op.bias(),
              op.stride(),
              op.padding(),
              op.groups());
      case DepthwiseConv2d op -> {
        int channels = shapes.get(x).extent(0);
        convolution(
            node,
            kernels(op.weight(), channels),
            op.weight(),
            op.bias(),
            op.stride(),
            op.padding(),
            channels);
      }
      case BatchNorm op -> {
        List<String> all = new ArrayList<>(inputs);
        op.tensors().forEach(tensor -> all.add(weight(tensor)));
        onnx.node("BatchNormalization", all, name, number("epsilon", op.epsilon()));
      }
      case Activation op -> activation(op.function(), x, name);
      case Add _ -> onnx.node("Add", inputs, name);
      case Multiply _ -> multiply(x, inputs.getLast(), name);
      case Concat _ -> onnx.node("Concat", inputs, name, integer("axis", 1));
      case Slice op ->
          onnx.node(
              "Slice",
              List.of(x, onnx.integers(op.from()), onnx.integers(op.to()), onnx.integers(1)),
              name);
      case ChannelShuffle op -> shuffle(x, op.groups(), name);
      case MaxPool op ->
          onnx.node("MaxPool", inputs, name, window(op.kernel(), op.stride(), op.padding()));
      case AveragePool op ->
          onnx.node("AveragePool", inputs, name, window(op.kernel(), op.stride(), 0));
      case AdaptiveAveragePool op -> new AdaptivePoolTranslation(onnx, x, name).add(op.size());
      case GlobalAveragePool _ -> onnx.node("GlobalAveragePool", inputs, name);
      case Flatten _ -> onnx.node("Flatten", inputs, name, integer("axis", 1));
      case Linear op ->
          onnx.node(
              "Gemm", withBias(x, weight(op.weight()), op.bias()), name, integer("transB", 1));
    }
  }

  private void convolution(
      Node node,
      String kernels,
      String weight,
      Optional<String> bias,
      int stride,
      int padding,
      int groups) {
    AttributeProto[] window = window(tensors.get(weight).shape().extent(2), stride, padding);
    onnx.node(
        "Conv",
        withBias(node.inputs().getFirst(), kernels, bias),
        node.name(),
        window[0],
        window[1],
        window[2],
        integer("group", groups));
  }

  private void activation(Function function, String x, String name) {
    switch (function) {
      case RELU -> onnx.node("Relu", List.of(x), name);
      case RELU6 -> onnx.node("Clip", List.of(x, onnx.scalar(0), onnx.scalar(6)), name);
      case SIGMOID -> onnx.node("Sigmoid", List.of(x), name);
      case SILU -> {
        String sigmoid = onnx.inner("Sigmoid", List.of(x), name + ".sigmoid");
        onnx.node("Mul", List.of(x, sigmoid), name);
      }
      case HARDSWISH -> onnx.node("HardSwish", List.of(x), name);
      case HARDSIGMOID ->
          onnx.node("HardSigmoid", List.of(x), name, number("alpha", 1 / 6.0), number("beta", 0.5));
    }
  }

  /** ONNX aligns axes at the last one: a factor a channel needs height and width. */
  private void multiply(String x, String scale, String name) {
    String factor =
        shapes.get(scale).rank() < shapes.get(x).rank()
            ? onnx.inner("Unsqueeze", List.of(scale, onnx.integers(2, 3)), name + ".factor")
            : scale;
    onnx.node("Mul", List.of(x, factor), name);
  }

  /** Channels [G, C / G] become [C / G, G], with height and width as one axis meanwhile. */
  private void shuffle(String x, int groups, String name) {
    int channels = shapes.get(x).extent(0);
    String shape = onnx.inner("Shape", List.of(x), name + ".shape");
    String grouped =
        onnx.inner(
            "Reshape",
            List.of(x, onnx.integers(0, groups, channels / groups, -1)),
            name + ".grouped");
    String transposed =
        onnx.inner(
            "Transpose", List.of(grouped), name + ".transposed", integers("perm", 0, 2, 1, 3));
    onnx.node("Reshape", List.of(transposed, shape), name);
  }

  private static AttributeProto[] window(int kernel, int stride, int padding) {
    return new AttributeProto[] {
      integers("kernel_shape", kernel, kernel),
      integers("strides", stride, stride),
      integers("pads", padding, padding, padding, padding)
    };
  }

  private List<String> withBias(String x, String weight, Optional<String> bias) {
    return bias.map(b -> List.of(x, weight, weight(b))).orElse(List.of(x, weight));
  }

  private String weight(String name) {
    Tensor tensor = tensors.get(name);
    return onnx.floats(name, name, tensor.shape().toArray(), tensor::toFloatArray);
  }

  /** One kernel a channel, where the model may hold fewer: channel c takes kernel c mod m. */
  private String kernels(String name, int channels) {
    Tensor tensor = tensors.get(name);
    int[] extents = tensor.shape().toArray();
    if (extents[0] == channels) {
      return weight(name);
    }
    extents[0] = channels;
    return onnx.floats(
        List.of(name, channels),
        name + ".repeated",
        extents,
        () -> {
          float[] kernels = tensor.toFloatArray();
          float[] repeated = new float[kernels.length / tensor.shape().extent(0) * channels];
          for (int i = 0; i < repeated.length; i++) {
            repeated[i] = kernels[i % kernels.length];
          }
          return repeated;
        });
  }
}
