package dev.vgnet.plan;

import dev.vgnet.error.Printable;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
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
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.graph.Operator.MaxPool;
import dev.vgnet.graph.Operator.Multiply;
import dev.vgnet.graph.Operator.Slice;
import dev.vgnet.plan.FusedNode.Body;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives every rewritten node its step and its buffer. Concat, slice, shuffle and flatten get
 * neither: their values name the channels of existing buffers. For one thread.
 */
final class Lowering {
  /** A value in more pieces than this costs more to describe than to copy. */
  private static final int MAX_SEGMENTS = 4096;

  /**
   * In a plan, of values, of what steps read, and of channels that are put in order. Twenty times
   * what networks need; bounds the time and the memory that planning takes.
   */
  private static final int MAX_PIECES = 1 << 20;

  /** Segments narrower than this on average are put together for steps that keep their order. */
  private static final int MIN_WIDTH = 8;

  /** So few segments are always read as they are. */
  private static final int FEW_SEGMENTS = 4;

  private static final int NEVER_FREE = Integer.MAX_VALUE;

  private final FusedGraph graph;
  private final Map<String, Shape> shapes;
  private final Map<String, Integer> lastReads;
  private final List<Buffer> buffers = new ArrayList<>();
  private final Map<Buffer, Integer> bufferLastReads = new HashMap<>();
  private final Map<String, Value> values = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private int pieces;

  private Lowering(FusedGraph graph, Map<String, Shape> shapes, Map<String, Integer> lastReads) {
    this.graph = graph;
    this.shapes = shapes;
    this.lastReads = lastReads;
  }

  static Plan lower(Graph source, FusedGraph graph, Map<String, Shape> shapes) {
    List<FusedNode> nodes = graph.nodes();
    Map<String, Integer> lastReads = lastReads(nodes, source.outputs());
    lastReads.put(source.input(), NEVER_FREE);
    Lowering lowering = new Lowering(graph, shapes, lastReads);
    Buffer input = lowering.allocate(source.input(), shapes.get(source.input()));
    lowering.values.put(source.input(), Value.of(input));
    for (int position = 0; position < nodes.size(); position++) {
      lowering.lower(nodes.get(position), position);
    }
    return new Plan(
        input,
        lowering.buffers,
        lowering.steps,
        source.outputs().stream().map(lowering.values::get).toList());
  }

  /**
   * The position of the last node that reads the numbers of each value, be it under the name of a
   * concat, a slice or a flatten.
   */
  private static Map<String, Integer> lastReads(List<FusedNode> nodes, List<String> outputs) {
    Map<String, Integer> lastReads = new HashMap<>();
    outputs.forEach(name -> lastReads.put(name, NEVER_FREE));
    for (int position = nodes.size() - 1; position >= 0; position--) {
      FusedNode node = nodes.get(position);
      int last = node.isStructural() ? lastReads.get(node.name()) : position;
      node.reads().forEach(name -> lastReads.merge(name, last, Math::max));
    }
    return lastReads;
  }

  private void lower(FusedNode node, int position) {
    Value input = values.get(node.input());
    Value value =
        switch (node.body()) {
          case Body.Plain(Concat _) -> concat(node);
          case Body.Plain(Slice(int from, int to)) -> input.slice(from, to);
          case Body.Plain(ChannelShuffle(int groups)) -> shuffle(node, input, groups);
          case Body.Plain(Flatten _) -> input;
          case Body.Plain(DepthwiseConv2d op) -> depthwise(node, op);
          case Body body -> {
            Step step = step(node, body, position);
            add(step);
            yield Value.of(step.output());
          }
        };
    count(value.segments().size(), node.name());
    values.put(node.name(), value);
  }

  private void add(Step step) {
    step.inputs().forEach(value -> count(value.segments().size(), step.name()));
    steps.add(step);
  }

  private void count(int more, String name) {
    pieces += more;
    if (pieces > MAX_PIECES) {
      throw new UnsupportedModelException(
          "node %s: feature maps up to here are in more than %d pieces"
              .formatted(Printable.shortened(name), MAX_PIECES));
    }
  }

  private Value concat(FusedNode node) {
    List<String> parts = node.inputs();
    if (segments(parts) > MAX_SEGMENTS) {
      parts.forEach(this::putTogether);
    }
    if (segments(parts) > MAX_SEGMENTS) {
      throw new UnsupportedModelException(
          "node %s joins %d pieces of feature maps, at most %d are supported"
              .formatted(Printable.shortened(node.name()), segments(parts), MAX_SEGMENTS));
    }
    return Value.concat(parts.stream().map(values::get).toList());
  }

  private int segments(List<String> parts) {
    return parts.stream().mapToInt(part -> values.get(part).segments().size()).sum();
  }

  private Value shuffle(FusedNode node, Value input, int groups) {
    count(input.channels(), node.name());
    Value shuffled = input.shuffle(groups);
    if (shuffled.segments().size() <= MAX_SEGMENTS) {
      return shuffled;
    }
    values.put(node.name(), shuffled);
    return putTogether(node.name());
  }

  /** A value for a step that reads its channels in their order. */
  private Value inOrder(String name) {
    Value value = values.get(name);
    return isScattered(value) ? putTogether(name) : value;
  }

  private static boolean isScattered(Value value) {
    int segments = value.segments().size();
    return segments > FEW_SEGMENTS && value.channels() < MIN_WIDTH * segments;
  }

  /** Each channel is convolved by itself, in whatever order they lie. */
  private Value depthwise(FusedNode node, DepthwiseConv2d op) {
    SortedValue sorted = sorted(node);
    Value input = sorted.value();
    Buffer output = allocate(node.name());
    Step.Depthwise step =
        new Step.Depthwise(
            node.name(),
            input,
            sorted.channels(),
            op.weight(),
            op.bias(),
            graph.kernel(op.weight()),
            stride(op.stride(), op.padding(), input),
            op.padding(),
            epilogue(node, output),
            output);
    count(step.channels().size(), step.name());
    add(step);
    return step.value();
  }

  /** As the channels lie, if only that spares a copy, and nothing else keeps to their order. */
  private SortedValue sorted(FusedNode node) {
    Value value = values.get(node.input());
    if (isScattered(value) && node.residual().isEmpty() && node.epilogue().norm().isEmpty()) {
      SortedValue sorted = SortedValue.of(value);
      if (!isScattered(sorted.value())) {
        return sorted;
      }
    }
    return new SortedValue(inOrder(node.input()), SortedValue.inOrder(value.channels()));
  }

  /** Copies a value in several pieces to a buffer, for all that read it from here on. */
  private Value putTogether(String name) {
    Value value = values.get(name);
    if (value.segments().size() > 1) {
      Buffer output = allocateLike(name, value);
      add(new Step.Copy(name, value, output));
      values.put(name, Value.of(output));
    }
    return values.get(name);
  }

  /** A dense product sums up channels in whatever order they lie, a prologue keeps to it. */
  private Value input(FusedNode node) {
    boolean anyOrder =
        node.body() instanceof Body.Plain(Conv2d conv)
                && graph.isPointwise(conv)
                && node.prologue().isNone()
            || node.body() instanceof Body.Plain(Linear _)
                && values.get(node.input()).height() * values.get(node.input()).width() == 1;
    return anyOrder ? values.get(node.input()) : inOrder(node.input());
  }

  private Step step(FusedNode node, Body body, int position) {
    String name = node.name();
    Value input = input(node);
    return switch (body) {
      case Body.Elementwise _ -> {
        Buffer output = allocateLike(name, input);
        yield new Step.Elementwise(name, input, epilogue(node, output), output);
      }
      case Body.SqueezeExcite(var reduce, var inner, var expand, var gate) ->
          new Step.SqueezeExcite(
              name,
              input,
              reduce.weight(),
              reduce.bias(),
              inner,
              expand.weight(),
              expand.bias(),
              gate,
              inPlace(name, input, position).orElseGet(() -> allocateLike(name, input)));
      case Body.Plain(var operator) ->
          switch (operator) {
            case Conv2d op -> convolution(node, op, input);
            case MaxPool(int kernel, int stride, int padding) ->
                new Step.Pool(
                    name,
                    Step.Pool.Kind.MAX,
                    input,
                    kernel,
                    stride(stride, padding, input),
                    padding,
                    allocate(name));
            case AveragePool(int kernel, int stride) ->
                new Step.Pool(
                    name,
                    Step.Pool.Kind.AVERAGE,
                    input,
                    kernel,
                    stride(stride, 0, input),
                    0,
                    allocate(name));
            case AdaptiveAveragePool _ -> new Step.AdaptiveAveragePool(name, input, allocate(name));
            case GlobalAveragePool _ -> new Step.GlobalAveragePool(name, input, allocate(name));
            case Linear(String weight, Optional<String> bias) -> {
              Buffer output = allocate(name, Shape.of(shapes.get(name).extent(0), 1, 1));
              yield new Step.Linear(name, input, weight, bias, epilogue(node, output), output);
            }
            case Multiply _ -> multiply(node, input);
            case DepthwiseConv2d _,
                BatchNorm _,
                Activation _,
                Add _,
                Concat _,
                Slice _,
                ChannelShuffle _,
                Flatten _ ->
                throw new IllegalStateException(node + " is lowered elsewhere");
          };
    };
  }

  private Step convolution(FusedNode node, Conv2d op, Value input) {
    Buffer output = allocate(node.name());
    Epilogue epilogue = epilogue(node, output);
    return graph.isPointwise(op)
        ? new Step.Pointwise(
            node.name(), input, Map.of(), node.prologue(), op.weight(), op.bias(), epilogue, output)
        : new Step.Convolution(
            node.name(),
            input,
            node.prologue(),
            op.weight(),
            op.bias(),
            graph.kernel(op.weight()),
            stride(op.stride(), op.padding(), input),
            op.padding(),
            op.groups(),
            epilogue,
            output);
  }

  /** The longest stride is the map with its padding, so that no place beyond it overflows. */
  private static int stride(int stride, int padding, Value input) {
    return Math.min(stride, Math.max(input.height(), input.width()) + 2 * padding);
  }

  private Step multiply(FusedNode node, Value input) {
    Value factor = inOrder(node.inputs().getLast());
    boolean perChannel =
        factor.channels() == input.channels() && factor.height() == 1 && factor.width() == 1;
    Buffer output = allocateLike(node.name(), input);
    if (!perChannel) {
      requireSameLayout(node, factor, output);
    }
    return new Step.Multiply(node.name(), input, factor, output);
  }

  private Epilogue epilogue(FusedNode node, Buffer output) {
    Optional<Value> residual = node.residual().map(this::inOrder);
    residual.ifPresent(value -> requireSameLayout(node, value, output));
    Epilogue epilogue = node.epilogue();
    return new Epilogue(
        epilogue.foldedNorm(),
        epilogue.activation(),
        epilogue.norm(),
        residual,
        epilogue.finalActivation());
  }

  /** Vectors of equal length may be flattened maps of unequal extents. */
  private static void requireSameLayout(FusedNode node, Value value, Buffer output) {
    if (value.channels() != output.channels()
        || value.height() != output.height()
        || value.width() != output.width()) {
      throw new UnsupportedModelException(
          "node %s combines vectors flattened from maps of different extents"
              .formatted(Printable.shortened(node.name())));
    }
  }

  private Optional<Buffer> inPlace(String name, Value input, int position) {
    Buffer buffer = input.segments().getFirst().buffer();
    if (!input.isWholeBuffer() || bufferLastReads.get(buffer) != position) {
      return Optional.empty();
    }
    bufferLastReads.put(buffer, lastReads.get(name));
    return Optional.of(buffer);
  }

  private Buffer allocate(String name) {
    return allocate(name, shapes.get(name));
  }

  private Buffer allocateLike(String name, Value value) {
    return allocate(name, Shape.of(value.channels(), value.height(), value.width()));
  }

  private Buffer allocate(String name, Shape shape) {
    Buffer buffer = new Buffer(buffers.size(), shape.extent(0), shape.extent(1), shape.extent(2));
    buffers.add(buffer);
    bufferLastReads.put(buffer, lastReads.get(name));
    return buffer;
  }
}
