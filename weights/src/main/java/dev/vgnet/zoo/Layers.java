package dev.vgnet.zoo;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Concat;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.graph.Operator.Flatten;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.graph.Operator.Multiply;
import dev.vgnet.graph.Operator.Slice;
import dev.vgnet.tensor.Shape;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds a graph layer by layer and notes which tensors it expects. A layer has the name of its
 * PyTorch module, and its tensors that name with PyTorch's suffixes.
 */
final class Layers {
  private static final double BATCH_NORM_EPSILON = 1e-5;

  private final GraphBuilder graph = new GraphBuilder("input", 3);
  private final Map<String, Shape> expected = new TreeMap<>();

  Features input() {
    return new Features(graph.input(), 3);
  }

  /** A convolution without bias, padded so that stride 1 keeps the image's size. */
  Features conv2d(String name, Features in, int out, int kernel, int stride) {
    String weight = expect(name + ".weight", out, in.channels(), kernel, kernel);
    return add(name, new Conv2d(weight, Optional.empty(), stride, kernel / 2, 1), out, in);
  }

  /** A 1x1 convolution with bias. */
  Features pointwiseWithBias(String name, Features in, int out) {
    String weight = expect(name + ".weight", out, in.channels(), 1, 1);
    String bias = expect(name + ".bias", out);
    return add(name, new Conv2d(weight, Optional.of(bias), 1, 0, 1), out, in);
  }

  /**
   * A 3x3 convolution of each channel by itself.
   *
   * @param weight the name of the kernels
   * @param fixed true if they are not learned
   */
  Features depthwise(String name, Features in, String weight, int stride, boolean fixed) {
    Operator operator = new DepthwiseConv2d(weight, Optional.empty(), stride, 1, fixed);
    return add(name, operator, in.channels(), in);
  }

  Features batchNorm(String name, Features in) {
    BatchNorm norm = BatchNorm.of(name, BATCH_NORM_EPSILON);
    norm.tensors().forEach(tensor -> expect(tensor, in.channels()));
    return add(name, norm, in.channels(), in);
  }

  Features activation(String name, Features in, Function function) {
    return add(name, new Activation(function), in.channels(), in);
  }

  /** Each channel of {@code in} times its number in {@code scale}. */
  Features scale(String name, Features in, Features scale) {
    return add(name, new Multiply(), in.channels(), in, scale);
  }

  Features concat(String name, Features a, Features b) {
    return add(name, new Concat(), a.channels() + b.channels(), a, b);
  }

  /** Channels {@code from} (included) to {@code to} (excluded). */
  Features slice(String name, Features in, int from, int to) {
    return add(name, new Slice(from, to), to - from, in);
  }

  Features globalAveragePool(String name, Features in) {
    return add(name, new GlobalAveragePool(), in.channels(), in);
  }

  /** A fully connected layer over a map of one pixel. */
  Features linear(String name, Features in, int out) {
    Features vector = add("flatten", new Flatten(), in.channels(), in);
    String weight = expect(name + ".weight", out, in.channels());
    String bias = expect(name + ".bias", out);
    return add(name, new Linear(weight, Optional.of(bias)), out, vector);
  }

  /**
   * Notes that the checkpoint must hold a tensor.
   *
   * @return its name
   */
  String expect(String tensor, int... extents) {
    expected.put(tensor, Shape.of(extents));
    return tensor;
  }

  Graph graph(Features output) {
    return graph.build(output.name());
  }

  Map<String, Shape> expected() {
    return expected;
  }

  private Features add(String name, Operator operator, int channels, Features... inputs) {
    String[] names = new String[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      names[i] = inputs[i].name();
    }
    return new Features(graph.add(name, operator, names), channels);
  }
}
