package dev.vgnet.plan;

import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.AdaptiveAveragePool;
import dev.vgnet.graph.Operator.Add;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.Slice;
import dev.vgnet.plan.FusedNode.Body;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * One rewrite of the graph. A node is only absorbed by its reader if nothing else reads its value.
 */
@FunctionalInterface
interface Rule {
  /** Global average, dense, activation, dense, activation and product become one node. */
  Rule SQUEEZE_EXCITE = SqueezeExciteRule::rewrite;

  /** A mean over cells of one pixel each is the value itself. */
  Rule SINGLE_PIXEL_CELLS = Rule::singlePixelCells;

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
  List<Rule> ALL =
      List.of(
          SQUEEZE_EXCITE, SINGLE_PIXEL_CELLS, NORM, ACTIVATION, RESIDUAL, ELEMENTWISE, PROLOGUE);

  /** The node that replaces a node, or nothing where the rule does not fit. */
  Optional<FusedNode> rewrite(FusedNode node, FusedGraph graph);

  private static Optional<FusedNode> singlePixelCells(FusedNode node, FusedGraph graph) {
    if (!(node.body() instanceof Body.Plain(AdaptiveAveragePool(int size)))) {
      return Optional.empty();
    }
    Shape x = graph.shape(node.input());
    return x.extent(1) == size && x.extent(2) == size
        ? Optional.of(
            new FusedNode(
                node.name(), new Body.Plain(new Slice(0, x.extent(0))), List.of(node.input())))
        : Optional.empty();
  }

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
