package dev.vgnet.plan;

import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.Add;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.plan.FusedNode.Body;
import java.util.List;
import java.util.Optional;

/**
 * One rewrite of the graph. A node is only absorbed by its reader if nothing else reads its value.
 * No rewrite depends on the size of the images: what is made of weights serves all sizes.
 */
@FunctionalInterface
interface Rule {
  /** Global average, dense, activation, dense, activation and product become one node. */
  Rule SQUEEZE_EXCITE = SqueezeExciteRule::rewrite;

  /** A norm joins the epilogue of the node it follows. */
  Rule NORM = Rule::norm;

  /** An activation joins the epilogue of the node it follows. */
  Rule ACTIVATION = Rule::activation;

  /** A sum joins the epilogue of one of its terms; the other becomes the residual. */
  Rule RESIDUAL = Rule::residual;

  /** A norm, activation or sum that found no epilogue starts one of its own. */
  Rule ELEMENTWISE = Rule::elementwise;

  /** A convolution does a norm and an activation before it itself, as it reads its input. */
  Rule PROLOGUE = Rule::prologue;

  /** All rules, in the order in which they are tried. */
  List<Rule> ALL = List.of(SQUEEZE_EXCITE, NORM, ACTIVATION, RESIDUAL, ELEMENTWISE, PROLOGUE);

  /** The node that replaces a node, or nothing where the rule does not fit. */
  Optional<FusedNode> rewrite(FusedNode node, FusedGraph graph);

  private static Optional<FusedNode> norm(FusedNode node, FusedGraph graph) {
    return node.body() instanceof Body.Plain(BatchNorm norm)
        ? graph.absorbable(node.input()).flatMap(p -> p.followedBy(node.name(), norm))
        : Optional.empty();
  }

  private static Optional<FusedNode> activation(FusedNode node, FusedGraph graph) {
    return node.body() instanceof Body.Plain(Activation activation)
        ? graph.absorbable(node.input()).flatMap(p -> p.followedBy(node.name(), activation))
        : Optional.empty();
  }

  /** Prefers the term that is computed last: so no step is put off, nor its input kept longer. */
  private static Optional<FusedNode> residual(FusedNode node, FusedGraph graph) {
    if (!(node.body() instanceof Body.Plain(Add _))) {
      return Optional.empty();
    }
    String last = graph.later(node.inputs().getFirst(), node.inputs().getLast());
    String first =
        last.equals(node.inputs().getFirst()) ? node.inputs().getLast() : node.inputs().getFirst();
    return graph
        .absorbable(last)
        .flatMap(term -> term.plus(node.name(), first))
        .or(() -> graph.absorbable(first).flatMap(term -> term.plus(node.name(), last)));
  }

  private static Optional<FusedNode> prologue(FusedNode node, FusedGraph graph) {
    return node.body() instanceof Body.Plain(Conv2d _)
        ? graph
            .absorbable(node.input())
            .flatMap(x -> x.asPrologue().map(prologue -> node.reading(x.input(), prologue)))
        : Optional.empty();
  }

  private static Optional<FusedNode> elementwise(FusedNode node, FusedGraph graph) {
    FusedNode bare = new FusedNode(node.name(), new Body.Elementwise(), List.of(node.input()));
    return node.body() instanceof Body.Plain(var operator)
        ? switch (operator) {
          case BatchNorm norm -> bare.followedBy(node.name(), norm);
          case Activation activation -> bare.followedBy(node.name(), activation);
          case Add _ -> bare.plus(node.name(), node.inputs().getLast());
          default -> Optional.empty();
        }
        : Optional.empty();
  }
}
