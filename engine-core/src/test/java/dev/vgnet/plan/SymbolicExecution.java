package dev.vgnet.plan;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Step.Pool.Kind;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/**
 * Computes graphs and plans on hashes: one number stands for a whole channel, and an operator's
 * result for the expression that made it. Equal results mean equal expressions, so every mistake in
 * fusing, naming channels or sharing memory shows.
 */
final class SymbolicExecution {
  private static final long GARBAGE = 0xDEADL;

  private SymbolicExecution() {}

  /** The channels of all values of a graph. */
  static Map<String, long[]> run(Graph graph, Map<String, Shape> tensors, long[] input) {
    Map<String, long[]> values = new HashMap<>();
    values.put(graph.input(), input);
    for (Node node : graph.nodes()) {
      List<long[]> in = node.inputs().stream().map(values::get).toList();
      values.put(node.name(), compute(node.operator(), in, tensors));
    }
    return values;
  }

  private static long[] compute(Operator operator, List<long[]> in, Map<String, Shape> tensors) {
    long[] x = in.getFirst();
    return switch (operator) {
      case Operator.Conv2d op ->
          convolution(op.weight(), op.bias(), op.stride(), op.padding(), op.groups(), x, tensors);
      case Operator.DepthwiseConv2d op ->
          depthwise(op.weight(), op.bias(), op.stride(), op.padding(), x);
      case BatchNorm op -> norm(op, x);
      case Operator.Activation op -> activation(op.function(), x);
      case Operator.Add _ -> sum(x, in.getLast());
      case Operator.Multiply _ -> product(x, in.getLast());
      case Operator.Concat _ -> in.stream().flatMapToLong(Arrays::stream).toArray();
      case Operator.Slice(int from, int to) -> Arrays.copyOfRange(x, from, to);
      case Operator.ChannelShuffle(int groups) -> shuffle(groups, x);
      case Operator.MaxPool(int kernel, int stride, int padding) ->
          each(x, v -> mix(Kind.MAX.name(), kernel, stride, padding, v));
      case Operator.AveragePool(int kernel, int stride) ->
          each(x, v -> mix(Kind.AVERAGE.name(), kernel, stride, 0, v));
      case Operator.AdaptiveAveragePool(int size) -> each(x, v -> mix("cells", size, v));
      case Operator.GlobalAveragePool _ -> mean(x);
      case Operator.Flatten _ -> x;
      case Operator.Linear(String weight, Optional<String> bias) -> dense(weight, bias, x, tensors);
    };
  }

  /**
   * The channels of a plan's outputs.
   *
   * @param memory planned for buffers of one number a channel
   */
  static List<long[]> run(Plan plan, MemoryPlan memory, Map<String, Shape> tensors, long[] input) {
    long[] arena = new long[Math.toIntExact(memory.size())];
    Arrays.fill(arena, GARBAGE);
    System.arraycopy(input, 0, arena, (int) memory.offset(plan.input()), input.length);
    for (Step step : plan.steps()) {
      List<long[]> in = read(step, memory, arena);
      long[] out = compute(step, in, tensors);
      int offset = (int) memory.offset(step.output());
      boolean inPlace = step.inputs().contains(Value.of(step.output()));
      Arrays.fill(arena, offset, offset + out.length, GARBAGE);
      if (!inPlace && !Arrays.deepEquals(in.toArray(), read(step, memory, arena).toArray())) {
        throw new AssertionError("writes over its own input: " + PlanText.step(step));
      }
      System.arraycopy(out, 0, arena, offset, out.length);
    }
    return plan.outputs().stream().map(value -> read(value, memory, arena)).toList();
  }

  private static List<long[]> read(Step step, MemoryPlan memory, long[] arena) {
    return step.inputs().stream().map(value -> read(value, memory, arena)).toList();
  }

  private static long[] read(Value value, MemoryPlan memory, long[] arena) {
    List<Long> channels = new ArrayList<>();
    for (Segment segment : value.segments()) {
      int from = (int) memory.offset(segment.buffer()) + segment.firstChannel();
      for (int c = 0; c < segment.channels(); c++) {
        channels.add(arena[from + c]);
      }
    }
    return channels.stream().mapToLong(Long::longValue).toArray();
  }

  private static long[] compute(Step step, List<long[]> in, Map<String, Shape> tensors) {
    long[] x = in.getFirst();
    return switch (step) {
      case Step.Pointwise s ->
          finish(
              s.epilogue(),
              convolution(
                  s.weight(), s.bias(), 1, 0, 1, read(s.prologue(), normalised(s, x)), tensors),
              in);
      case Step.Convolution s ->
          finish(
              s.epilogue(),
              convolution(
                  s.weight(),
                  s.bias(),
                  s.stride(),
                  s.padding(),
                  s.groups(),
                  read(s.prologue(), x),
                  tensors),
              in);
      case Step.Depthwise s -> {
        long[] ordered = new long[x.length];
        for (int c = 0; c < x.length; c++) {
          ordered[s.channels().get(c)] = x[c];
        }
        long[] sums = depthwise(s.weight(), s.bias(), s.stride(), s.padding(), ordered);
        long[] finished = finish(s.epilogue(), sums, in);
        yield s.channels().stream().mapToLong(c -> finished[c]).toArray();
      }
      case Step.Linear s -> finish(s.epilogue(), dense(s.weight(), s.bias(), x, tensors), in);
      case Step.Elementwise s -> finish(s.epilogue(), x, in);
      case Step.SqueezeExcite s -> {
        long[] squeezed =
            activation(s.inner(), dense(s.reduceWeight(), s.reduceBias(), mean(x), tensors));
        yield product(
            x, activation(s.gate(), dense(s.expandWeight(), s.expandBias(), squeezed, tensors)));
      }
      case Step.Pool s ->
          each(x, v -> mix(s.kind().name(), s.kernel(), s.stride(), s.padding(), v));
      case Step.AdaptiveAveragePool s -> each(x, v -> mix("cells", s.output().height(), v));
      case Step.GlobalAveragePool _ -> mean(x);
      case Step.Multiply _ -> product(x, in.getLast());
      case Step.Copy _ -> x;
    };
  }

  private static long[] normalised(Step.Pointwise step, long[] x) {
    long[] y = x.clone();
    int i = 0;
    for (Segment segment : step.input().segments()) {
      BatchNorm norm = step.inputNorms().get(segment.buffer());
      for (int c = 0; c < segment.channels(); c++, i++) {
        y[i] = norm == null ? x[i] : mix(norm, segment.firstChannel() + c, x[i]);
      }
    }
    return y;
  }

  private static long[] read(Prologue prologue, long[] x) {
    long[] y = prologue.norm().isPresent() ? norm(prologue.norm().get(), x) : x;
    return prologue.activation().isPresent() ? activation(prologue.activation().get(), y) : y;
  }

  private static long[] finish(Epilogue epilogue, long[] sums, List<long[]> in) {
    long[] y = sums;
    if (epilogue.foldedNorm().isPresent()) {
      y = norm(epilogue.foldedNorm().get(), y);
    }
    if (epilogue.activation().isPresent()) {
      y = activation(epilogue.activation().get(), y);
    }
    if (epilogue.norm().isPresent()) {
      y = norm(epilogue.norm().get(), y);
    }
    if (epilogue.residual().isPresent()) {
      y = sum(y, in.getLast());
    }
    return epilogue.finalActivation().isPresent()
        ? activation(epilogue.finalActivation().get(), y)
        : y;
  }

  /** A 1x1 convolution of a 1x1 map is a dense layer, whatever the operator is called. */
  private static long[] convolution(
      String weight,
      Optional<String> bias,
      int stride,
      int padding,
      int groups,
      long[] x,
      Map<String, Shape> tensors) {
    if (tensors.get(weight).extent(2) == 1 && stride == 1 && padding == 0 && groups == 1) {
      return dense(weight, bias, x, tensors);
    }
    int out = tensors.get(weight).extent(0);
    long[] y = new long[out];
    for (int o = 0; o < out; o++) {
      int group = o / (out / groups);
      int width = x.length / groups;
      long[] read = Arrays.copyOfRange(x, group * width, (group + 1) * width);
      y[o] = mix(weight, bias, stride, padding, groups, o, Arrays.hashCode(read));
    }
    return y;
  }

  private static long[] dense(
      String weight, Optional<String> bias, long[] x, Map<String, Shape> tensors) {
    long[] y = new long[tensors.get(weight).extent(0)];
    for (int o = 0; o < y.length; o++) {
      y[o] = mix(weight, bias, o, Arrays.hashCode(x));
    }
    return y;
  }

  private static long[] depthwise(
      String weight, Optional<String> bias, int stride, int padding, long[] x) {
    long[] y = new long[x.length];
    for (int c = 0; c < y.length; c++) {
      y[c] = mix(weight, bias, stride, padding, c, x[c]);
    }
    return y;
  }

  private static long[] norm(BatchNorm norm, long[] x) {
    long[] y = new long[x.length];
    for (int c = 0; c < y.length; c++) {
      y[c] = mix(norm, c, x[c]);
    }
    return y;
  }

  private static long[] activation(Function function, long[] x) {
    return each(x, v -> mix(function.name(), v));
  }

  private static long[] mean(long[] x) {
    return each(x, v -> mix("mean", v));
  }

  private static long[] sum(long[] a, long[] b) {
    long[] y = new long[a.length];
    for (int c = 0; c < y.length; c++) {
      y[c] = a[c] + b[c];
    }
    return y;
  }

  private static long[] product(long[] a, long[] b) {
    long[] y = new long[a.length];
    for (int c = 0; c < y.length; c++) {
      y[c] = mix("product", a[c], b[c]);
    }
    return y;
  }

  private static long[] shuffle(int groups, long[] x) {
    long[] y = new long[x.length];
    for (int c = 0; c < y.length; c++) {
      y[c] = x[c % groups * (x.length / groups) + c / groups];
    }
    return y;
  }

  private static long[] each(long[] x, LongUnaryOperator function) {
    return Arrays.stream(x).map(function).toArray();
  }

  private static long mix(Object... parts) {
    long hash = 1;
    for (Object part : parts) {
      long bits = part instanceof Long number ? number : part.hashCode();
      hash = (hash ^ bits) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    return hash;
  }
}
