package dev.vgnet.plan;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A graph that is being written down for a test, with the shapes of its tensors. */
final class Network {
  final Map<String, Shape> tensors = new HashMap<>();
  private final GraphBuilder builder;

  Network(int inputChannels) {
    builder = new GraphBuilder("x", inputChannels);
  }

  String conv(String name, String input, int in, int out, int kernel, int stride) {
    return conv(name, input, in, out, kernel, stride, kernel / 2, 1);
  }

  String conv(
      String name, String input, int in, int out, int kernel, int stride, int padding, int groups) {
    tensors.put(name + ".weight", Shape.of(out, in / groups, kernel, kernel));
    return add(
        name,
        new Operator.Conv2d(name + ".weight", Optional.empty(), stride, padding, groups),
        input);
  }

  String pointwise(String name, String input, int in, int out) {
    return conv(name, input, in, out, 1, 1);
  }

  String biasedPointwise(String name, String input, int in, int out) {
    tensors.put(name + ".weight", Shape.of(out, in, 1, 1));
    tensors.put(name + ".bias", Shape.of(out));
    return add(
        name, new Operator.Conv2d(name + ".weight", Optional.of(name + ".bias"), 1, 0, 1), input);
  }

  String depthwise(String name, String input, int channels, int stride) {
    tensors.put(name + ".weight", Shape.of(channels, 1, 3, 3));
    return add(
        name,
        new Operator.DepthwiseConv2d(name + ".weight", Optional.empty(), stride, 1, false),
        input);
  }

  String norm(String name, String input, int channels) {
    Operator.BatchNorm norm = Operator.BatchNorm.of(name, 1e-5);
    norm.tensors().forEach(tensor -> tensors.put(tensor, Shape.of(channels)));
    return add(name, norm, input);
  }

  String relu(String name, String input) {
    return activation(name, Function.RELU, input);
  }

  String activation(String name, Function function, String input) {
    return add(name, new Operator.Activation(function), input);
  }

  String linear(String name, String input, int in, int out) {
    tensors.put(name + ".weight", Shape.of(out, in));
    tensors.put(name + ".bias", Shape.of(out));
    return add(name, new Operator.Linear(name + ".weight", Optional.of(name + ".bias")), input);
  }

  String sum(String name, String a, String b) {
    return add(name, new Operator.Add(), a, b);
  }

  String product(String name, String a, String b) {
    return add(name, new Operator.Multiply(), a, b);
  }

  String concat(String name, String... inputs) {
    return add(name, new Operator.Concat(), inputs);
  }

  String slice(String name, String input, int from, int to) {
    return add(name, new Operator.Slice(from, to), input);
  }

  String add(String name, Operator operator, String... inputs) {
    return builder.add(name, operator, inputs);
  }

  /** {@code x * sigmoid(expand(relu(reduce(mean(x)))))}. */
  String squeezeExcite(String name, String input, int channels, int squeezed) {
    add(name + ".pool", new Operator.GlobalAveragePool(), input);
    biasedPointwise(name + ".reduce", name + ".pool", channels, squeezed);
    relu(name + ".inner", name + ".reduce");
    biasedPointwise(name + ".expand", name + ".inner", squeezed, channels);
    activation(name + ".gate", Function.SIGMOID, name + ".expand");
    return product(name, input, name + ".gate");
  }

  Graph graph(String... outputs) {
    return builder.build(outputs[0]).withOutputs(List.of(outputs));
  }

  /** The graph after some rules, one node a line. */
  String rewritten(List<Rule> rules, String... outputs) {
    return FusedGraph.rewrite(graph(outputs), tensors, rules).toString();
  }

  Plan plan(int size, String... outputs) {
    return Planner.plan(graph(outputs), tensors, size, size);
  }

  /** The plan as text. */
  String planned(int size, String... outputs) {
    return PlanText.of(plan(size, outputs));
  }
}
