package dev.vgnet.cuda.program;

import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.tensor.Shape;
import java.util.random.RandomGenerator;

/**
 * A random network of what averages maps: convolutions of all kinds before squeeze-excites, and a
 * head. Wide ones have small maps, large maps few channels and images, many images little of both.
 */
final class PooledNetwork {
  final SampleNetwork network;
  final Shape input;
  private final RandomGenerator random;
  private final int mostChannels;
  private int channels;

  PooledNetwork(RandomGenerator random) {
    this.random = random;
    int kind = random.nextInt(4);
    int extent = new int[] {40, 12, 2, 4}[kind];
    mostChannels = new int[] {9, 130, random.nextInt(8) == 0 ? 2100 : 300, 40}[kind];
    int images = kind < 3 ? between(1, 3) : random.nextInt(4) == 0 ? 64 : between(9, 20);
    channels = between(1, 4);
    input = Shape.of(images, channels, between(1, extent), between(1, extent));
    network = new SampleNetwork(random, channels);
  }

  Graph graph() {
    String value = "x";
    for (int i = 0; i < 2; i++) {
      String producer = producer(value);
      String gated = squeezeExcite(producer);
      // Read twice, the first is not gated in place.
      value = random.nextInt(3) == 0 ? network.sum(gated, producer) : gated;
    }
    return network.graph(head(coin() ? producer(value) : value));
  }

  private String producer(String value) {
    return switch (random.nextInt(7)) {
      case 0 -> epilogue(network.depthwise(value, channels, channels, 3, 1, 1, coin()));
      case 1 -> epilogue(dense(value, channels, between(1, 60), 3));
      case 2 -> epilogue(network.conv(value, channels, channels, 3, 1, 1, channels, coin()));
      case 3 -> {
        String each = network.depthwise(value, channels, channels, 3, 1, 1, coin());
        yield epilogue(dense(each, channels, between(1, 64), 1));
      }
      case 4 -> network.activation(network.norm(value, channels));
      case 5 -> epilogue(dense(network.norm(value, channels), channels, width(), 1));
      default -> epilogue(dense(value, channels, width(), 1));
    };
  }

  private String dense(String value, int in, int out, int kernel) {
    channels = out;
    return network.conv(value, in, out, kernel, 1, kernel / 2, 1, coin());
  }

  /** With or without an activation and a norm after it. */
  private String epilogue(String value) {
    String last = coin() ? network.activation(value) : value;
    return coin() ? network.norm(last, channels) : last;
  }

  private String squeezeExcite(String x) {
    boolean wide = input.extent(0) <= 3 && random.nextInt(8) == 0;
    int squeezed = wide ? between(500, 700) : between(1, 60);
    boolean linear = coin();
    String mean = network.mean(x);
    mean = linear ? network.other(new Operator.Flatten(), mean) : mean;
    String inner = network.activation(layer(mean, channels, squeezed, linear));
    String gate =
        network.activation(
            layer(inner, squeezed, channels, linear),
            coin() ? Function.SIGMOID : Function.HARDSIGMOID);
    return network.product(x, gate);
  }

  private String layer(String value, int in, int out, boolean linear) {
    return linear
        ? network.linear(value, in, out, coin())
        : network.conv(value, in, out, 1, 1, 0, 1, coin());
  }

  private String head(String map) {
    String last = network.other(new Operator.Flatten(), network.mean(map));
    int width = channels;
    for (int hidden = random.nextInt(3); hidden > 0; hidden--) {
      int next = between(1, mostOutputs());
      last = network.activation(network.linear(last, width, next, coin()));
      width = next;
    }
    return network.linear(last, width, between(1, mostOutputs()), coin());
  }

  /** Many only of few images; now and then of more than there are classes of anything. */
  private int mostOutputs() {
    return input.extent(0) > 8 ? 60 : random.nextInt(10) == 0 ? 10_000 : 300;
  }

  private int width() {
    return coin() ? between(1, mostChannels) : mostChannels - random.nextInt(3);
  }

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  private boolean coin() {
    return random.nextBoolean();
  }
}
