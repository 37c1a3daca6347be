package dev.vgnet.plan;

import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Networks nobody would train: any operator after any other, with values read again and again. */
final class RandomNetwork {
  static final int CHANNELS = 8;
  static final int SIZE = 9;

  private final Random random;
  private final Network net = new Network(CHANNELS);
  private final List<String> maps = new ArrayList<>(List.of("x"));

  RandomNetwork(long seed) {
    random = new Random(seed);
    int nodes = 1 + random.nextInt(40);
    while (maps.size() <= nodes) {
      grow();
    }
  }

  Network network() {
    return net;
  }

  /** The last value, and sometimes a few more. */
  String[] outputs() {
    List<String> outputs = new ArrayList<>(List.of(maps.getLast()));
    while (random.nextInt(3) == 0) {
      outputs.add(maps.get(1 + random.nextInt(maps.size() - 1)));
    }
    return outputs.toArray(String[]::new);
  }

  private void grow() {
    String name = "v" + maps.size();
    String a = pick();
    Shape shape = shape(a);
    int channels = shape.extent(0);
    switch (random.nextInt(14)) {
      case 0 -> net.pointwise(name, a, channels, CHANNELS);
      case 1 -> net.conv(name, a, channels, CHANNELS, 3, 1 + random.nextInt(2));
      case 2 -> net.depthwise(name, a, channels, 1);
      case 3, 4 -> net.norm(name, a, channels);
      case 5, 6 -> {
        Function[] functions = Function.values();
        net.activation(name, functions[random.nextInt(functions.length)], a);
      }
      case 7, 8 -> net.sum(name, a, pickLike(shape));
      case 9 -> net.product(name, a, pickLike(shape));
      case 10 -> {
        List<String> parts = new ArrayList<>(List.of(a));
        while (random.nextBoolean()) {
          parts.add(pickLike(shape));
        }
        if (parts.size() * channels <= 64) {
          net.concat(name, parts.toArray(String[]::new));
        } else {
          net.pointwise(name, a, channels, CHANNELS);
        }
      }
      case 11 -> {
        int from = random.nextInt(channels);
        net.slice(name, a, from, from + 1 + random.nextInt(channels - from));
      }
      case 12 -> net.squeezeExcite(name, a, channels, 1 + random.nextInt(4));
      default -> {
        int groups = channels % 2 == 0 ? 2 : 1;
        Operator operator =
            switch (random.nextInt(3)) {
              case 0 -> new Operator.ChannelShuffle(groups);
              case 1 -> new Operator.MaxPool(3, 1, 1);
              default -> new Operator.AdaptiveAveragePool(SIZE);
            };
        net.add(name, operator, a);
      }
    }
    maps.add(name);
  }

  /** Often the newest value: so that chains grow long enough to be fused. */
  private String pick() {
    return random.nextInt(3) > 0 ? maps.getLast() : maps.get(random.nextInt(maps.size()));
  }

  /** A value of a shape; there is at least the one that has shown it. */
  private String pickLike(Shape shape) {
    Map<String, Shape> shapes = shapes();
    List<String> candidates = maps.stream().filter(m -> shapes.get(m).equals(shape)).toList();
    return candidates.get(random.nextInt(candidates.size()));
  }

  private Shape shape(String value) {
    return shapes().get(value);
  }

  private Map<String, Shape> shapes() {
    return maps.size() == 1
        ? Map.of("x", Shape.of(CHANNELS, SIZE, SIZE))
        : ShapeInference.infer(net.graph(maps.getLast()), net.tensors, SIZE, SIZE);
  }
}
