package dev.vgnet.cuda.program;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A random block as VGNet's, and others': some channels pass through a depthwise convolution, some
 * by it, and a pointwise one mixes them. Everything that may be absent is so in half of the blocks.
 */
final class SeparableBlock {
  final Map<String, Tensor> tensors = new HashMap<>();
  final Shape input;
  private final Random random;
  private final List<Node> nodes = new ArrayList<>();

  SeparableBlock(Random random) {
    this.random = random;
    input = Shape.of(between(1, 3), between(1, 40), between(3, 12), between(3, 12));
  }

  /**
   * @param mostOutputs of the pointwise convolution
   */
  Graph graph(int mostOutputs) {
    int identity = between(1, 40);
    int convolved = between(1, 40);
    int both = convolved + input.extent(1);
    String by = pointwise("x", input.extent(1), identity);
    String through = pointwise("x", input.extent(1), convolved);
    if (coin()) {
      through = add(new Operator.Concat(), "x", through);
      convolved = both;
    }
    int stride = coin() ? 1 : 2;
    int outputs = between(1, mostOutputs);
    Optional<String> residual =
        stride == 1 && coin()
            ? Optional.of(pointwise("x", input.extent(1), outputs))
            : Optional.empty();
    String filtered = epilogue(depthwise(through, convolved, stride), convolved, Optional.empty());
    String joined = filtered;
    int channels = convolved;
    if (stride == 1 && coin()) {
      joined = coin() ? add(new Operator.Concat(), by, filtered) : concat(filtered, by);
      channels += identity;
      if (channels % 2 == 0 && coin()) {
        joined = add(new Operator.ChannelShuffle(2), joined);
      }
    }
    String output = epilogue(pointwise(joined, channels, outputs), outputs, residual);
    return new Graph("x", input.extent(1), nodes, List.of(output));
  }

  private String concat(String a, String b) {
    return add(new Operator.Concat(), a, b);
  }

  private String depthwise(String value, int channels, int stride) {
    int kernels = coin() ? channels : 1;
    int kernel = coin() ? 3 : 1;
    String weight = tensor(kernel * kernel, kernels, 1, kernel, kernel);
    return add(
        new Operator.DepthwiseConv2d(weight, bias(channels), stride, kernel / 2, false), value);
  }

  private String pointwise(String value, int in, int out) {
    return add(new Operator.Conv2d(tensor(in, out, in, 1, 1), bias(out), 1, 0, 1), value);
  }

  private String epilogue(String value, int channels, Optional<String> residual) {
    String last = coin() ? norm(value, channels) : value;
    last = coin() ? activation(last) : last;
    last = coin() ? norm(last, channels) : last;
    if (residual.isPresent()) {
      last = add(new Operator.Add(), last, residual.get());
    }
    return residual.isPresent() && coin() ? activation(last) : last;
  }

  private String activation(String value) {
    Operator.Function[] all = Operator.Function.values();
    return add(new Operator.Activation(all[random.nextInt(all.length)]), value);
  }

  private String norm(String value, int channels) {
    String variance = "t" + tensors.size();
    tensors.put(variance, Tensor.of(Shape.of(channels), uniform(channels, 0.5, 2)));
    return add(
        new Operator.BatchNorm(
            tensor(1, channels), tensor(4, channels), tensor(4, channels), variance, 1e-3),
        value);
  }

  private Optional<String> bias(int channels) {
    return coin() ? Optional.of(tensor(4, channels)) : Optional.empty();
  }

  /**
   * @param products that are summed up with its numbers
   */
  private String tensor(int products, int... extents) {
    String name = "t" + tensors.size();
    Shape shape = Shape.of(extents);
    double limit = Math.sqrt(3.0 / products);
    tensors.put(name, Tensor.of(shape, uniform((int) shape.elementCount(), -limit, limit)));
    return name;
  }

  float[] uniform(int count, double from, double to) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextDouble(from, to);
    }
    return numbers;
  }

  private String add(Operator operator, String... inputs) {
    String name = "n" + nodes.size();
    nodes.add(new Node(name, operator, List.of(inputs)));
    return name;
  }

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  private boolean coin() {
    return random.nextBoolean();
  }
}
