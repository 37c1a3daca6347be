package dev.vgnet.cpu.vector;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A graph that is being written down for a test, with random tensors. Layers keep the size of their
 * inputs, so that neither numbers nor rounding errors grow on their way.
 */
public final class SampleNetwork {
  public final Map<String, Tensor> tensors = new HashMap<>();
  private final RandomGenerator random;
  private final int inputChannels;
  private final List<Node> nodes = new ArrayList<>();

  /** The products that are summed up in all layers together. */
  private long summed;

  public SampleNetwork(RandomGenerator random, int inputChannels) {
    this.random = random;
    this.inputChannels = inputChannels;
  }

  public String conv(
      String input,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      int groups,
      boolean bias) {
    String name = "conv" + nodes.size();
    weight(name + ".weight", in / groups * kernel * kernel, out, in / groups, kernel, kernel);
    return add(
        name,
        new Operator.Conv2d(name + ".weight", bias(name, out, bias), stride, padding, groups),
        input);
  }

  /** A convolution with the weight of another one and a bias of its own. */
  String sharing(String conv, String input, int channels) {
    Node other = nodes.stream().filter(node -> node.name().equals(conv)).findFirst().orElseThrow();
    if (!(other.operator()
        instanceof Operator.Conv2d(String weight, _, int stride, int padding, int groups))) {
      throw new IllegalArgumentException(conv);
    }
    String name = "conv" + nodes.size();
    Optional<String> bias = bias(name, channels, true);
    return add(name, new Operator.Conv2d(weight, bias, stride, padding, groups), input);
  }

  public String pointwise(String input, int in, int out) {
    return conv(input, in, out, 1, 1, 0, 1, false);
  }

  public String depthwise(
      String input, int channels, int kernels, int kernel, int stride, int padding, boolean bias) {
    String name = "depthwise" + nodes.size();
    weight(name + ".weight", kernel * kernel, kernels, 1, kernel, kernel);
    return add(
        name,
        new Operator.DepthwiseConv2d(
            name + ".weight", bias(name, channels, bias), stride, padding, false),
        input);
  }

  public String linear(String input, int in, int out, boolean bias) {
    String name = "linear" + nodes.size();
    weight(name + ".weight", in, out, in);
    return add(name, new Operator.Linear(name + ".weight", bias(name, out, bias)), input);
  }

  public String norm(String input, int channels) {
    String name = "norm" + nodes.size();
    Operator.BatchNorm norm = Operator.BatchNorm.of(name, 1e-3);
    tensor(norm.weight(), 0.5, 1.5, channels);
    tensor(norm.bias(), -0.5, 0.5, channels);
    tensor(norm.mean(), -0.5, 0.5, channels);
    tensor(norm.variance(), 0.5, 2, channels);
    return add(name, norm, input);
  }

  public String activation(String input) {
    return activation(input, Function.values()[random.nextInt(Function.values().length)]);
  }

  public String activation(String input, Function function) {
    return add("act" + nodes.size(), new Operator.Activation(function), input);
  }

  public String sum(String a, String b) {
    return add("sum" + nodes.size(), new Operator.Add(), a, b);
  }

  public String product(String a, String b) {
    return add("product" + nodes.size(), new Operator.Multiply(), a, b);
  }

  public String concat(String... inputs) {
    return add("concat" + nodes.size(), new Operator.Concat(), inputs);
  }

  public String slice(String input, int from, int to) {
    return add("slice" + nodes.size(), new Operator.Slice(from, to), input);
  }

  public String mean(String input) {
    return add("mean" + nodes.size(), new Operator.GlobalAveragePool(), input);
  }

  public String squeezeExcite(String input, int channels, int squeezed) {
    String reduced = conv(mean(input), channels, squeezed, 1, 1, 0, 1, true);
    String inner = activation(reduced, Function.SILU);
    String expanded = conv(inner, squeezed, channels, 1, 1, 0, 1, true);
    return product(input, activation(expanded, Function.SIGMOID));
  }

  public String other(Operator operator, String input) {
    return add("node" + nodes.size(), operator, input);
  }

  public Graph graph(String... outputs) {
    return new Graph("x", inputChannels, nodes, List.of(outputs));
  }

  /**
   * How far a float32 result may be from the exact one: a unit in the last place of the largest
   * number for each product summed up and for a few more operations a node.
   *
   * @param largest of all numbers on the way
   */
  public double tolerance(double largest) {
    return Math.ulp(1f) * (summed + 8.0 * nodes.size()) * largest;
  }

  /**
   * The same where each factor of a product is rounded: a layer's weights are as large as keeps the
   * sum of n products at the size of its inputs, so those products are at most the root of 3n times
   * as large together.
   *
   * @param unit the relative error of a rounded factor
   */
  public double tolerance(double largest, double unit) {
    return 2 * unit * (Math.sqrt(3.0 * summed * nodes.size()) + 8 * nodes.size()) * largest;
  }

  private String add(String name, Operator operator, String... inputs) {
    nodes.add(new Node(name, operator, List.of(inputs)));
    return name;
  }

  private void weight(String name, int products, int... shape) {
    summed += products;
    double limit = Math.sqrt(3.0 / products);
    tensor(name, -limit, limit, shape);
  }

  private Optional<String> bias(String name, int channels, boolean present) {
    if (!present) {
      return Optional.empty();
    }
    tensor(name + ".bias", -0.5, 0.5, channels);
    return Optional.of(name + ".bias");
  }

  /** Of any stored type that has fractions. */
  private void tensor(String name, double from, double to, int... extents) {
    Shape shape = Shape.of(extents);
    double[] values = random.doubles(shape.elementCount(), from, to).toArray();
    tensors.put(
        name,
        switch (random.nextInt(4)) {
          case 0 -> Tensor.of(shape, values);
          case 1 -> halves(shape, values);
          default -> Tensor.of(shape, floats(values));
        });
  }

  private static Tensor halves(Shape shape, double[] values) {
    byte[] bytes = new byte[2 * values.length];
    MemorySegment segment = MemorySegment.ofArray(bytes);
    for (int i = 0; i < values.length; i++) {
      segment.set(
          ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
          2L * i,
          Float.floatToFloat16((float) values[i]));
    }
    return Tensor.wrap(shape, DataType.FLOAT16, segment);
  }

  public static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
