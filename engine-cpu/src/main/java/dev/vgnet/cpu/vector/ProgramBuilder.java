package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Turns the plan of a graph into passes over an arena. For one thread. */
final class ProgramBuilder {
  private final Graph graph;
  private final Weights weights;
  private final int threads;
  private final Plan plan;
  private final Placement placement;
  private final boolean withInput;

  private final List<Pass> passes = new ArrayList<>();
  private final List<Integer> steps = new ArrayList<>();
  private final List<StepReport> reports = new ArrayList<>();

  /** Floats after the feature maps that a step uses between its passes. */
  private int shared;

  private ProgramBuilder(Graph graph, Weights weights, int threads, int height, int width) {
    this.graph = graph;
    this.weights = weights;
    this.threads = threads;
    plan = Planner.plan(graph, weights.shapes(), height, width);
    withInput =
        plan.outputs().stream().anyMatch(this::touchesInput)
            || plan.steps().stream().anyMatch(this::readsPlacedInput);
    placement = new Placement(plan, withInput);
  }

  /**
   * The program for images of one size.
   *
   * @throws IllegalArgumentException if they are too large
   */
  static Program build(Graph graph, Weights weights, int threads, int height, int width) {
    return new ProgramBuilder(graph, weights, threads, height, width).build();
  }

  private Program build() {
    if (withInput) {
      Buffer input = plan.input();
      RowSource image = RowSource.Image.of(Value.of(input));
      add(new InputPass(image, placement.view(input).whole()));
      report(graph.input(), "input", "to NHWC", input, 0);
    }
    for (Step step : plan.steps()) {
      String kernel = build(step);
      report(step.name(), PlanText.kind(step), kernel, step.output(), multiplyAccumulates(step));
    }
    List<Shape> outputs = new ArrayList<>();
    for (int i = 0; i < plan.outputs().size(); i++) {
      View value = placement.view(plan.outputs().get(i));
      add(new OutputPass(i, value));
      outputs.add(Shape.of(value.channels(), value.height(), value.width()));
      reports.add(
          new StepReport(graph.outputs().get(i), "output", "to NCHW", outputs.getLast(), 0));
    }
    return new Program(
        plan.input().height(),
        plan.input().width(),
        passes,
        steps,
        reports,
        outputs,
        placement,
        Arenas.index(placement.end() + (long) shared + Vectors.LANES));
  }

  private void add(Pass pass) {
    passes.add(pass);
    steps.add(reports.size());
  }

  private void report(String name, String kind, String kernel, Buffer output, long macs) {
    Shape shape = Shape.of(output.channels(), output.height(), output.width());
    reports.add(new StepReport(name, kind, kernel, shape, macs));
  }

  /** Adds a step's passes, and says how they compute it. */
  private String build(Step step) {
    View output = placement.view(step.output());
    return switch (step) {
      case Step.Pointwise s -> {
        Folding folding = Folding.of(s.bias(), s.epilogue().foldedNorm(), weights);
        Finish finish = finish(s.epilogue(), folding.bias(), output);
        yield dense(s.name(), s.weight(), folding, placement.view(s.input()), output, finish);
      }
      case Step.Linear s -> linear(s, output);
      case Step.Convolution s -> convolution(s, output);
      case Step.Depthwise s -> depthwise(s, output);
      case Step.SqueezeExcite s -> squeezeExcite(s, output);
      case Step.Pool s -> {
        Window window = new Window(s.kernel(), s.stride(), s.padding());
        add(new PoolPass(s.kind(), placement.view(s.input()), output, window));
        yield "%dx%d s%d".formatted(s.kernel(), s.kernel(), s.stride());
      }
      case Step.GlobalAveragePool s -> {
        add(new MeanPass(placement.view(s.input()), output));
        yield "mean";
      }
      case Step.Elementwise s -> elementwise(s, output);
      case Step.Multiply s -> {
        add(new MultiplyPass(placement.view(s.input()), placement.view(s.factor()), output));
        yield "product";
      }
      case Step.ChannelShuffle s -> {
        add(new ShufflePass(placement.view(s.input()), s.groups(), output));
        yield "gather";
      }
    };
  }

  private String linear(Step.Linear step, View output) {
    Folding folding = Folding.of(step.bias(), step.epilogue().foldedNorm(), weights);
    Finish finish = finish(step.epilogue(), folding.bias(), output);
    View input = placement.view(step.input());
    if (input.pixels() == 1) {
      return dense(step.name(), step.weight(), folding, input, output, finish);
    }
    int channels = input.channels();
    int pixels = input.pixels();
    View flat = sharedVector(0, channels * pixels);
    add(
        new InputPass(
            new RowSource.Map(input), new Part(flat.whole().offset(), channels, channels)));
    return product(
        step.name(),
        () -> {
          double[] weight = folding.fold(weights.values(step.weight()));
          return (out, _, i) -> weight[(out * channels + i % channels) * pixels + i / channels];
        },
        flat,
        output,
        finish);
  }

  /** A product with weights {@code [out, in]}. */
  private String dense(
      String name, String weight, Folding folding, View input, View output, Finish finish) {
    int[] firstChannels = new int[input.parts().size()];
    for (int i = 1; i < firstChannels.length; i++) {
      firstChannels[i] = firstChannels[i - 1] + input.parts().get(i - 1).channels();
    }
    int in = input.channels();
    Supplier<Product.Matrix> matrix =
        () -> {
          double[] values = folding.fold(weights.values(weight));
          return (out, part, channel) -> values[out * in + firstChannels[part] + channel];
        };
    return product(name, matrix, input, output, finish);
  }

  private String product(
      String name, Supplier<Product.Matrix> matrix, View input, View output, Finish finish) {
    List<Tap> taps =
        input.parts().stream().map(part -> Tap.of(part.channels(), part.stride())).toList();
    Chunks chunks = Chunks.of(input.pixels(), output.channels(), threads);
    Product product = new Product(name, chunks.tiles(), _ -> taps, matrix, finish, output, weights);
    long work = (long) input.pixels() * input.channels() * output.channels();
    add(new PointwisePass(input, product, chunks, work));
    return product.describe();
  }

  private String convolution(Step.Convolution step, View output) {
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding = Folding.of(step.bias(), step.epilogue().foldedNorm(), weights);
    return convolution(
        step.name(),
        source(step.input()),
        window,
        step.groups(),
        () -> folding.fold(weights.values(step.weight())),
        finish(step.epilogue(), folding.bias(), output),
        output);
  }

  private String convolution(
      String name,
      RowSource source,
      Window window,
      int groups,
      Supplier<double[]> weight,
      Finish finish,
      View output) {
    GroupedWeights grouped =
        GroupedWeights.of(window, source.channels(), output.channels(), groups);
    Product product =
        new Product(
            name,
            grouped.tiles(output.width()),
            grouped::taps,
            () -> grouped.matrix(weight.get()),
            finish,
            output,
            weights);
    long work =
        (long) output.pixels()
            * output.channels()
            * (source.channels() / groups)
            * window.kernel()
            * window.kernel();
    add(new ConvolutionPass(source, window, product, grouped, output, work));
    return product.describe();
  }

  /** The image is read where the caller has it, anything else from the arena. */
  private RowSource source(Value value) {
    return isInput(value) ? RowSource.Image.of(value) : new RowSource.Map(placement.view(value));
  }

  private boolean readsPlacedInput(Step step) {
    boolean fromCaller =
        step instanceof Step.Convolution convolution && isInput(convolution.input());
    return step.inputs().stream().skip(fromCaller ? 1 : 0).anyMatch(this::touchesInput);
  }

  private boolean isInput(Value value) {
    return value.segments().stream().allMatch(this::isInput);
  }

  private boolean touchesInput(Value value) {
    return value.segments().stream().anyMatch(this::isInput);
  }

  private boolean isInput(Segment segment) {
    return segment.buffer().equals(plan.input());
  }

  private String depthwise(Step.Depthwise step, View output) {
    View input = placement.view(step.input());
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding = Folding.of(step.bias(), step.epilogue().foldedNorm(), weights);
    Finish finish = finish(step.epilogue(), folding.bias(), output);
    int channels = output.channels();
    int positions = step.kernel() * step.kernel();
    Supplier<double[]> weight =
        () -> {
          double[] kernels = weights.values(step.weight());
          double[] values = new double[channels * positions];
          for (int i = 0; i < values.length; i++) {
            values[i] = kernels[i % kernels.length];
          }
          return folding.fold(values);
        };
    if (!DepthwisePass.supports(window)) {
      RowSource source = new RowSource.Map(input);
      return convolution(step.name(), source, window, channels, weight, finish, output);
    }
    float[] packed =
        weights.pack(
            new DepthwiseKey(step.name()),
            () -> DepthwisePass.pack(weight.get(), channels, positions));
    long work = (long) output.pixels() * channels * positions;
    add(new DepthwisePass(input, output, window, packed, finish, work));
    return "rows f32x" + Vectors.LANES;
  }

  private record DepthwiseKey(String name) {}

  private String squeezeExcite(Step.SqueezeExcite step, View output) {
    View input = placement.view(step.input());
    View mean = sharedVector(0, input.channels());
    int squeezed = weights.shapes().get(step.reduceWeight()).extent(0);
    View reduced = sharedVector(end(mean), squeezed);
    View factors = sharedVector(end(reduced), input.channels());
    add(new MeanPass(input, mean));
    String reduce =
        excite(
            step.name() + " reduce",
            step.reduceWeight(),
            step.reduceBias(),
            step.inner(),
            mean,
            reduced);
    excite(
        step.name() + " expand",
        step.expandWeight(),
        step.expandBias(),
        step.gate(),
        reduced,
        factors);
    add(new MultiplyPass(input, factors, output));
    return "mean, " + reduce + ", product";
  }

  private String excite(
      String name,
      String weight,
      Optional<String> bias,
      Function activation,
      View input,
      View output) {
    Folding folding = Folding.of(bias, Optional.empty(), weights);
    Finish finish =
        new Finish(
            folding.bias(),
            Optional.of(activation),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            output,
            output);
    return dense(name, weight, folding, input, output, finish);
  }

  private String elementwise(Step.Elementwise step, View output) {
    View input = placement.view(step.input());
    Epilogue epilogue = step.epilogue();
    Optional<Affine> first = epilogue.foldedNorm().map(norm -> Affine.of(norm, weights));
    if (first.isPresent()) {
      // The norm that others fold into their weights is a pass of its own here.
      Finish norm =
          new Finish(
              Optional.empty(),
              Optional.empty(),
              first,
              Optional.empty(),
              Optional.empty(),
              input,
              output);
      add(new ElementwisePass(output, norm));
    }
    Finish finish = finish(epilogue, Optional.empty(), first.isPresent() ? output : input, output);
    if (first.isEmpty() || !finish.isIdentity()) {
      add(new ElementwisePass(output, finish));
    }
    return "rows f32x" + Vectors.LANES;
  }

  private Finish finish(Epilogue epilogue, Optional<double[]> bias, View output) {
    return finish(epilogue, bias, output, output);
  }

  /** All of an epilogue but its folded norm. */
  private Finish finish(Epilogue epilogue, Optional<double[]> bias, View input, View output) {
    return new Finish(
        bias,
        epilogue.activation(),
        epilogue.norm().map(norm -> Affine.of(norm, weights)),
        epilogue.residual().map(placement::view),
        epilogue.finalActivation(),
        input,
        output);
  }

  /** A map of one pixel in the room that the passes of a step share. */
  private View sharedVector(int offset, int channels) {
    int stride = Vectors.padded(channels);
    shared = Math.max(shared, offset + stride);
    return new View(1, 1, List.of(new Part(placement.end() + offset, stride, channels)));
  }

  private int end(View sharedVector) {
    Part part = sharedVector.whole();
    return part.pixel(1) - placement.end();
  }

  private static long multiplyAccumulates(Step step) {
    long outputs = (long) step.output().channels() * step.output().height() * step.output().width();
    return switch (step) {
      case Step.Pointwise s -> outputs * s.input().channels();
      case Step.Convolution s ->
          outputs * (s.input().channels() / s.groups()) * s.kernel() * s.kernel();
      case Step.Depthwise s -> outputs * s.kernel() * s.kernel();
      case Step.Linear s -> outputs * s.input().channels() * s.input().height() * s.input().width();
      default -> 0;
    };
  }
}
