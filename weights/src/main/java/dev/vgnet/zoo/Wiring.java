package dev.vgnet.zoo;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.AdaptiveAveragePool;
import dev.vgnet.graph.Operator.Add;
import dev.vgnet.graph.Operator.AveragePool;
import dev.vgnet.graph.Operator.ChannelShuffle;
import dev.vgnet.graph.Operator.Concat;
import dev.vgnet.graph.Operator.Flatten;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.MaxPool;
import dev.vgnet.graph.Operator.Multiply;
import dev.vgnet.graph.Operator.Slice;
import java.util.ArrayList;
import java.util.List;

/** The layers without tensors, and how values go from one to the next. */
abstract sealed class Wiring permits ModuleLayers {
  private final GraphBuilder graph = new GraphBuilder("input", 3);
  private final List<String> contradictions = new ArrayList<>();

  /** The images: three channels. */
  public Features input() {
    return new Features(graph.input(), 3);
  }

  /** A function of each number. */
  public Features activation(String name, Features in, Function function) {
    return add(name, new Activation(function), in.channels(), in);
  }

  /** The sum of two feature maps. */
  public Features add(String name, Features a, Features b) {
    return a.channels() == b.channels()
        ? add(name, new Add(), a.channels(), a, b)
        : contradiction(name + " adds " + a.channels() + " and " + b.channels() + " channels", a);
  }

  /** Each channel of {@code in} times its number in {@code scale}. */
  public Features scale(String name, Features in, Features scale) {
    return add(name, new Multiply(), in.channels(), in, scale);
  }

  /** Feature maps joined along the channels. */
  public Features concat(String name, Features... parts) {
    long channels = 0;
    for (Features part : parts) {
      channels += part.channels();
    }
    return channels > Integer.MAX_VALUE
        ? contradiction(name + " joins " + channels + " channels", parts[0])
        : add(name, new Concat(), (int) channels, parts);
  }

  /** Channels {@code from} (included) to {@code to} (excluded). */
  public Features slice(String name, Features in, int from, int to) {
    return 0 <= from && from < to && to <= in.channels()
        ? add(name, new Slice(from, to), to - from, in)
        : contradiction(
            "%s takes channels %d to %d of %d".formatted(name, from, to, in.channels()), in);
  }

  /** Channels in another order: {@link ChannelShuffle}. */
  public Features shuffle(String name, Features in, int groups) {
    return in.channels() % groups == 0
        ? add(name, new ChannelShuffle(groups), in.channels(), in)
        : contradiction(name + " shuffles " + in.channels() + " channels in " + groups, in);
  }

  /** The maximum of each window. */
  public Features maxPool(String name, Features in, int kernel, int stride, int padding) {
    return add(name, new MaxPool(kernel, stride, padding), in.channels(), in);
  }

  /** The mean of each whole window. */
  public Features averagePool(String name, Features in, int kernel, int stride) {
    return add(name, new AveragePool(kernel, stride), in.channels(), in);
  }

  /** The means over a grid of {@code size} x {@code size} cells. */
  public Features adaptiveAveragePool(String name, Features in, int size) {
    return add(name, new AdaptiveAveragePool(size), in.channels(), in);
  }

  /** The mean of each channel. */
  public Features globalAveragePool(String name, Features in) {
    return add(name, new GlobalAveragePool(), in.channels(), in);
  }

  /**
   * A feature map as a vector.
   *
   * @param pixels of the map
   */
  public Features flatten(String name, Features in, int pixels) {
    return add(name, new Flatten(), in.channels() * pixels, in);
  }

  Graph graph(Features output) {
    return graph.build(output.name());
  }

  /** Why a checkpoint's widths are no network's; if there are any, there is no graph. */
  List<String> contradictions() {
    return contradictions;
  }

  final Features contradiction(String text, Features instead) {
    contradictions.add(text);
    return instead;
  }

  final Features add(String name, Operator operator, int channels, Features... inputs) {
    String[] names = new String[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      names[i] = inputs[i].name();
    }
    return new Features(graph.add(name, operator, names), channels);
  }
}
