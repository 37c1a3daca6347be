package dev.vgnet.cpu.vector;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random graphs of all operators, with sizes that fit no vector and no tile. */
public final class RandomNetwork {
  private static final int[] CHANNELS = {1, 2, 3, 7, 8, 13, 16, 28, 33, 36, 48, 100};
  private static final int MAX_CHANNELS = 260;

  private record Value(String name, int channels, int height, int width) {}

  public final SampleNetwork network;
  public final int inputChannels;
  public final int height;
  public final int width;
  private final RandomGenerator random;
  private final List<Value> values = new ArrayList<>();

  public RandomNetwork(RandomGenerator random, int nodes) {
    this.random = random;
    inputChannels = random.nextInt(1, 5);
    height = random.nextInt(1, 20);
    width = random.nextInt(1, 20);
    network = new SampleNetwork(random, inputChannels);
    values.add(new Value("x", inputChannels, height, width));
    while (values.size() <= nodes) {
      add();
    }
  }

  /** With the last value and sometimes others as outputs. */
  public Graph graph() {
    List<String> outputs = new ArrayList<>();
    for (int i = 1; i < values.size(); i++) {
      if (i == values.size() - 1 || random.nextInt(8) == 0) {
        outputs.add(values.get(i).name);
      }
    }
    return network.graph(outputs.toArray(String[]::new));
  }

  /** Images of another size, if one is found that the graph accepts. */
  public Shape otherInput(Graph graph) {
    for (int i = 0; i < 10; i++) {
      int otherHeight = random.nextInt(1, 20);
      int otherWidth = random.nextInt(1, 20);
      try {
        ShapeInference.infer(graph, Tensor.shapes(network.tensors), otherHeight, otherWidth);
        return Shape.of(random.nextInt(1, 6), inputChannels, otherHeight, otherWidth);
      } catch (ModelFormatException e) {
        // This size does not fit.
      }
    }
    return Shape.of(1, inputChannels, height, width);
  }

  private void add() {
    Value x = values.get(Math.max(0, values.size() - 1 - random.nextInt(3)));
    int c = x.channels;
    switch (random.nextInt(17)) {
      case 0, 1 -> {
        int out = channels();
        put(network.conv(x.name, c, out, 1, 1, 0, 1, coin()), out, x.height, x.width);
      }
      case 2 -> convolution(x, 1, channels());
      case 3 -> {
        int groups = divisor(c);
        convolution(x, groups, groups * random.nextInt(1, 5));
      }
      case 4, 5 -> depthwise(x);
      case 6 -> put(network.norm(x.name, c), c, x.height, x.width);
      case 7 -> put(network.activation(x.name), c, x.height, x.width);
      case 8, 9 -> combine(x);
      case 10 -> {
        int from = random.nextInt(c);
        int to = random.nextInt(from, c) + 1;
        put(network.slice(x.name, from, to), to - from, x.height, x.width);
      }
      case 11 -> {
        Operator shuffle = new Operator.ChannelShuffle(divisor(c));
        put(network.other(shuffle, x.name), c, x.height, x.width);
      }
      case 12 -> pool(x);
      case 13 -> put(network.squeezeExcite(x.name, c, channels()), c, x.height, x.width);
      case 14 -> {
        String gate = network.activation(network.mean(x.name));
        put(network.product(x.name, gate), c, x.height, x.width);
      }
      case 15 -> {
        int size = coin() ? x.height : random.nextInt(1, 10);
        put(network.other(new Operator.AdaptiveAveragePool(size), x.name), c, size, size);
      }
      default -> {
        String norm = network.norm(network.activation(network.pointwise(x.name, c, c)), c);
        put(network.sum(norm, x.name), c, x.height, x.width);
      }
    }
  }

  private void convolution(Value x, int groups, int out) {
    int kernel = random.nextInt(1, 8);
    int stride = random.nextInt(1, 4);
    int padding = random.nextInt(0, kernel + 1);
    if (fits(x, kernel, padding)) {
      put(
          network.conv(x.name, x.channels, out, kernel, stride, padding, groups, coin()),
          out,
          slid(x.height, kernel, stride, padding),
          slid(x.width, kernel, stride, padding));
    }
  }

  private void depthwise(Value x) {
    int kernel = random.nextInt(1, 10);
    int stride = random.nextInt(1, 4);
    int padding = coin() ? kernel / 2 : random.nextInt(0, kernel + 1);
    if (fits(x, kernel, padding)) {
      int kernels = x.channels / divisor(x.channels);
      put(
          network.depthwise(x.name, x.channels, kernels, kernel, stride, padding, coin()),
          x.channels,
          slid(x.height, kernel, stride, padding),
          slid(x.width, kernel, stride, padding));
    }
  }

  private void pool(Value x) {
    int kernel = random.nextInt(1, 4);
    int stride = random.nextInt(1, 4);
    boolean max = coin();
    int padding = max ? random.nextInt(0, kernel / 2 + 1) : 0;
    if (fits(x, kernel, padding)) {
      Operator pool =
          max
              ? new Operator.MaxPool(kernel, stride, padding)
              : new Operator.AveragePool(kernel, stride);
      put(
          network.other(pool, x.name),
          x.channels,
          slid(x.height, kernel, stride, padding),
          slid(x.width, kernel, stride, padding));
    }
  }

  /** A sum, product or concat with an earlier value that allows it, or else with itself. */
  private void combine(Value x) {
    boolean joining = coin();
    List<Value> partners =
        values.stream()
            .filter(v -> v.height == x.height && v.width == x.width)
            .filter(
                v -> joining ? v.channels + x.channels <= MAX_CHANNELS : v.channels == x.channels)
            .toList();
    Value other = partners.isEmpty() ? x : partners.get(random.nextInt(partners.size()));
    if (joining && x.channels + other.channels <= MAX_CHANNELS) {
      put(network.concat(other.name, x.name), other.channels + x.channels, x.height, x.width);
    } else if (x.channels == other.channels) {
      String name = coin() ? network.sum(x.name, other.name) : network.product(x.name, other.name);
      put(name, x.channels, x.height, x.width);
    }
  }

  private void put(String name, int channels, int height, int width) {
    values.add(new Value(name, channels, height, width));
  }

  private static boolean fits(Value x, int kernel, int padding) {
    return x.height + 2 * padding >= kernel && x.width + 2 * padding >= kernel;
  }

  private static int slid(int extent, int kernel, int stride, int padding) {
    return (extent + 2 * padding - kernel) / stride + 1;
  }

  private int channels() {
    return CHANNELS[random.nextInt(CHANNELS.length)];
  }

  private int divisor(int number) {
    int divisor = random.nextInt(1, number + 1);
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  private boolean coin() {
    return random.nextBoolean();
  }
}
