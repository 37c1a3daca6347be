package dev.vgnet.plan;

import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node on its way from graph to plan: a body with the prologue and epilogue it has absorbed so
 * far. The value it computes goes by the name of the last graph node in it, so the nodes that read
 * it stay as they are.
 *
 * @param inputs what the body reads
 * @param prologue applied to what it reads
 * @param epilogue without its residual, which is still a name here
 * @param residual the name of the value that the epilogue adds
 */
record FusedNode(
    String name,
    Body body,
    List<String> inputs,
    Prologue prologue,
    Epilogue epilogue,
    Optional<String> residual) {

  /** What is computed before the epilogue. */
  sealed interface Body {
    /** An operator of the graph. */
    record Plain(Operator operator) implements Body {}

    /** Nothing: the epilogue alone is applied to the input. */
    record Elementwise() implements Body {}

    /** {@code x * gate(expand(inner(reduce(mean(x)))))}. */
    record SqueezeExcite(Dense reduce, Function inner, Dense expand, Function gate)
        implements Body {}
  }

  /** The tensors of a 1x1 convolution of a 1x1 map, or of a fully connected layer. */
  record Dense(String weight, Optional<String> bias) {}

  FusedNode {
    inputs = List.copyOf(inputs);
  }

  /** A node as the graph has it. */
  static FusedNode of(Node node) {
    return new FusedNode(node.name(), new Body.Plain(node.operator()), node.inputs());
  }

  /** A node without epilogue. */
  FusedNode(String name, Body body, List<String> inputs) {
    this(name, body, inputs, Prologue.NONE, Epilogue.NONE, Optional.empty());
  }

  /** The first value the body reads. */
  String input() {
    return inputs.getFirst();
  }

  /** All values that the node reads, one entry for each reading. */
  List<String> reads() {
    List<String> reads = new ArrayList<>(inputs);
    residual.ifPresent(reads::add);
    return reads;
  }

  /** True if the body is an operator that moves no number: it only names channels anew. */
  boolean isStructural() {
    return body instanceof Body.Plain(var operator)
        && switch (operator) {
          case Operator.Concat _, Operator.Slice _, Operator.ChannelShuffle _, Operator.Flatten _ ->
              true;
          default -> false;
        };
  }

  /** This node followed by a norm, if its epilogue has room for one. */
  Optional<FusedNode> followedBy(String name, BatchNorm norm) {
    if (!takesEpilogue() || !beforeNorm()) {
      return Optional.empty();
    }
    boolean folds = epilogue.foldedNorm().isEmpty() && epilogue.activation().isEmpty();
    return Optional.of(
        with(
            name,
            new Epilogue(
                folds ? Optional.of(norm) : epilogue.foldedNorm(),
                epilogue.activation(),
                folds ? Optional.empty() : Optional.of(norm),
                Optional.empty(),
                Optional.empty()),
            residual));
  }

  /** This node followed by an activation, if its epilogue has room for one. */
  Optional<FusedNode> followedBy(String name, Activation activation) {
    if (!takesEpilogue() || epilogue.finalActivation().isPresent()) {
      return Optional.empty();
    }
    boolean last = !beforeNorm() || epilogue.activation().isPresent();
    Optional<Function> function = Optional.of(activation.function());
    return Optional.of(
        with(
            name,
            new Epilogue(
                epilogue.foldedNorm(),
                last ? epilogue.activation() : function,
                epilogue.norm(),
                Optional.empty(),
                last ? function : Optional.empty()),
            residual));
  }

  /** This node followed by the addition of a value, if its epilogue has room for one. */
  Optional<FusedNode> plus(String name, String value) {
    return takesEpilogue() && residual.isEmpty() && epilogue.finalActivation().isEmpty()
        ? Optional.of(with(name, epilogue, Optional.of(value)))
        : Optional.empty();
  }

  /** This node, which has no prologue yet, reading another value through one. */
  FusedNode reading(String value, Prologue prologue) {
    return new FusedNode(name, body, List.of(value), prologue, epilogue, residual);
  }

  /** What another node may do in its prologue instead, if this is no more than that. */
  Optional<Prologue> asPrologue() {
    Prologue same = new Prologue(epilogue.foldedNorm(), epilogue.activation());
    boolean noMore =
        body instanceof Body.Elementwise
            && residual.isEmpty()
            && epilogue.norm().isEmpty()
            && epilogue.finalActivation().isEmpty();
    return noMore ? Optional.of(same) : Optional.empty();
  }

  private FusedNode with(String name, Epilogue epilogue, Optional<String> residual) {
    return new FusedNode(name, body, inputs, prologue, epilogue, residual);
  }

  private boolean beforeNorm() {
    return epilogue.norm().isEmpty() && residual.isEmpty() && epilogue.finalActivation().isEmpty();
  }

  private boolean takesEpilogue() {
    return switch (body) {
      case Body.Elementwise _ -> true;
      case Body.SqueezeExcite _ -> false;
      case Body.Plain(var operator) ->
          switch (operator) {
            case Operator.Conv2d _, Operator.DepthwiseConv2d _, Operator.Linear _ -> true;
            default -> false;
          };
    };
  }

  /** One line, such as {@code bn = Conv2d(relu(x)), relu, norm}. */
  @Override
  public String toString() {
    String kind =
        body instanceof Body.Plain(var operator)
            ? operator.getClass().getSimpleName()
            : body.getClass().getSimpleName();
    String parts = PlanText.epilogue(epilogue, residual);
    return "%s = %s(%s)%s"
        .formatted(
            name,
            kind,
            PlanText.prologue(prologue, String.join(", ", inputs)),
            parts.isEmpty() ? "" : ", " + parts);
  }
}
