package dev.vgnet.model;

import dev.vgnet.error.Printable;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
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
import java.util.List;
import java.util.Map;

/**
 * A graph as JSON. The names that stand here are part of the file format, whatever the Java code
 * calls things. A node's attributes stand beside its name, operator and inputs.
 */
final class GraphJson {
  private GraphJson() {}

  static Map<String, Object> write(Graph graph) {
    return Json.object(
        "input", graph.input(),
        "channels", graph.inputChannels(),
        "nodes", graph.nodes().stream().map(GraphJson::write).toList(),
        "outputs", graph.outputs());
  }

  static Graph read(JsonObject json) {
    return new Graph(
        json.take("input").text(),
        json.take("channels").integer(),
        json.take("nodes").list(node -> node.object(GraphJson::readNode)),
        json.take("outputs").list(JsonValue::text));
  }

  private static Map<String, Object> write(Node node) {
    Map<String, Object> json = Json.object("name", node.name(), "inputs", node.inputs());
    json.putAll(write(node.operator()));
    return json;
  }

  private static Node readNode(JsonObject json) {
    String name = json.take("name").text();
    List<String> inputs = json.take("inputs").list(JsonValue::text);
    String op = json.take("op").text();
    return json.at("node %s (%s)".formatted(Printable.shortened(name), Printable.shortened(op)))
        .read(attributes -> new Node(name, read(op, attributes), inputs));
  }

  private static Map<String, Object> write(Operator operator) {
    return switch (operator) {
      case Conv2d op ->
          Json.object(
              "op", "conv2d",
              "weight", op.weight(),
              "bias", op.bias(),
              "stride", op.stride(),
              "padding", op.padding(),
              "groups", op.groups());
      case DepthwiseConv2d op ->
          Json.object(
              "op", "depthwise_conv2d",
              "weight", op.weight(),
              "bias", op.bias(),
              "stride", op.stride(),
              "padding", op.padding(),
              "fixed", op.fixed());
      case BatchNorm op ->
          Json.object(
              "op", "batch_norm",
              "weight", op.weight(),
              "bias", op.bias(),
              "mean", op.mean(),
              "variance", op.variance(),
              "epsilon", op.epsilon());
      case Activation op -> Json.object("op", "activation", "function", Json.nameOf(op.function()));
      case Add _ -> Json.object("op", "add");
      case Multiply _ -> Json.object("op", "multiply");
      case Concat _ -> Json.object("op", "concat");
      case Slice op -> Json.object("op", "slice", "from", op.from(), "to", op.to());
      case ChannelShuffle op -> Json.object("op", "channel_shuffle", "groups", op.groups());
      case MaxPool op ->
          Json.object(
              "op", "max_pool",
              "kernel", op.kernel(),
              "stride", op.stride(),
              "padding", op.padding());
      case AveragePool op ->
          Json.object("op", "average_pool", "kernel", op.kernel(), "stride", op.stride());
      case AdaptiveAveragePool op -> Json.object("op", "adaptive_average_pool", "size", op.size());
      case GlobalAveragePool _ -> Json.object("op", "global_average_pool");
      case Flatten _ -> Json.object("op", "flatten");
      case Linear op -> Json.object("op", "linear", "weight", op.weight(), "bias", op.bias());
    };
  }

  private static Operator read(String op, JsonObject json) {
    return switch (op) {
      case "conv2d" ->
          new Conv2d(
              json.take("weight").text(),
              json.takeIfPresent("bias").map(JsonValue::text),
              json.take("stride").integer(),
              json.take("padding").integer(),
              json.take("groups").integer());
      case "depthwise_conv2d" ->
          new DepthwiseConv2d(
              json.take("weight").text(),
              json.takeIfPresent("bias").map(JsonValue::text),
              json.take("stride").integer(),
              json.take("padding").integer(),
              json.take("fixed").flag());
      case "batch_norm" ->
          new BatchNorm(
              json.take("weight").text(),
              json.take("bias").text(),
              json.take("mean").text(),
              json.take("variance").text(),
              json.take("epsilon").number());
      case "activation" -> new Activation(json.take("function").constant(Function.class));
      case "add" -> new Add();
      case "multiply" -> new Multiply();
      case "concat" -> new Concat();
      case "slice" -> new Slice(json.take("from").integer(), json.take("to").integer());
      case "channel_shuffle" -> new ChannelShuffle(json.take("groups").integer());
      case "max_pool" ->
          new MaxPool(
              json.take("kernel").integer(),
              json.take("stride").integer(),
              json.take("padding").integer());
      case "average_pool" ->
          new AveragePool(json.take("kernel").integer(), json.take("stride").integer());
      case "adaptive_average_pool" -> new AdaptiveAveragePool(json.take("size").integer());
      case "global_average_pool" -> new GlobalAveragePool();
      case "flatten" -> new Flatten();
      case "linear" ->
          new Linear(json.take("weight").text(), json.takeIfPresent("bias").map(JsonValue::text));
      default -> throw new IllegalArgumentException("is no operator of this engine");
    };
  }
}
