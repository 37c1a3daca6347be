package dev.vgnet.plan;

import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.FusedNode.Body;
import dev.vgnet.plan.FusedNode.Dense;
import java.util.List;
import java.util.Optional;

/**
 * Recognises {@code x * gate(expand(inner(reduce(mean(x)))))}, the layers being 1x1 convolutions,
 * or fully connected ones with or without a flattening before them.
 */
final class SqueezeExciteRule {
  private record Layer(Dense tensors, Function activation, String input) {}

  private SqueezeExciteRule() {}

  static Optional<FusedNode> rewrite(FusedNode node, FusedGraph graph) {
    if (!(node.body() instanceof Body.Plain(Operator.Multiply _))) {
      return Optional.empty();
    }
    String x = node.inputs().getFirst();
    return layer(node.inputs().getLast(), graph)
        .flatMap(
            expand ->
                layer(expand.input, graph)
                    .filter(reduce -> isMean(reduce.input, x, graph))
                    .map(
                        reduce ->
                            new Body.SqueezeExcite(
                                reduce.tensors,
                                reduce.activation,
                                expand.tensors,
                                expand.activation)))
        .map(body -> new FusedNode(node.name(), body, List.of(x)));
  }

  /** The dense layer that computes a value, with an activation and nothing else after it. */
  private static Optional<Layer> layer(String value, FusedGraph graph) {
    Optional<FusedNode> producer = graph.absorbable(value).filter(SqueezeExciteRule::onlyActivates);
    if (producer.isEmpty() || !(producer.get().body() instanceof Body.Plain(var operator))) {
      return Optional.empty();
    }
    Optional<Dense> tensors =
        switch (operator) {
          case Operator.Conv2d conv when graph.isPointwise(conv) ->
              Optional.of(new Dense(conv.weight(), conv.bias()));
          case Operator.Linear linear -> Optional.of(new Dense(linear.weight(), linear.bias()));
          default -> Optional.empty();
        };
    FusedNode node = producer.get();
    return tensors.map(
        dense -> new Layer(dense, node.epilogue().activation().orElseThrow(), node.input()));
  }

  private static boolean onlyActivates(FusedNode node) {
    Optional<Function> activation = node.epilogue().activation();
    return activation.isPresent()
        && node.residual().isEmpty()
        && node.prologue().isNone()
        && node.epilogue()
            .equals(
                new Epilogue(
                    Optional.empty(),
                    activation,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
  }

  private static boolean isMean(String value, String of, FusedGraph graph) {
    Optional<FusedNode> node = graph.absorbable(value);
    while (node.isPresent() && node.get().body() instanceof Body.Plain(Operator.Flatten _)) {
      node = graph.absorbable(node.get().input());
    }
    return node.isPresent()
        && node.get().body() instanceof Body.Plain(Operator.GlobalAveragePool _)
        && node.get().input().equals(of);
  }
}
