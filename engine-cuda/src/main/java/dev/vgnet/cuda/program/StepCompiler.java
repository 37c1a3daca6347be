package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Launch;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.Prologue;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Turns steps into launches. For one thread. */
final class StepCompiler {
  /** With fewer input channels, most of a tile of products would be empty. */
  private static final int LEAST_TILE_CHANNELS = 8;

  /** Weights of as many output channels are read at once. */
  private static final int WEIGHT_ALIGNMENT = 4;

  /**
   * @param kernel how the step is computed, in words
   */
  record CompiledStep(List<Launch> launches, String kernel) {}

  private record Key(String step, String role, List<Integer> columns) {
    Key(String step, String role) {
      this(step, role, List.of());
    }
  }

  private final Placement placement;
  private final long base;
  private final DeviceWeights weights;
  private final Workspace workspace;
  private Launches launches = new Launches();

  /**
   * @param base the address of the feature maps, which the workspace follows
   */
  StepCompiler(Placement placement, long base, DeviceWeights weights) {
    this.placement = placement;
    this.base = base;
    this.weights = weights;
    workspace = new Workspace(placement, base + placement.size());
  }

  /** The launches of a step. */
  CompiledStep compile(Step step) {
    launches = new Launches();
    workspace.clear();
    String kernel = build(step);
    return new CompiledStep(List.copyOf(launches.list()), kernel);
  }

  /** The bytes that steps use beside the feature maps. */
  long workspaceSize() {
    return workspace.size();
  }

  private String build(Step step) {
    View output = view(Value.of(step.output()));
    return switch (step) {
      case Step.Pointwise s -> {
        Folding folding = Folding.of(s, weights::values);
        yield s.prologue().isNone()
            ? dense(s.name(), s.input(), s.weight(), folding, s.epilogue(), output)
            : "prologue, " + prepared(s, folding, output);
      }
      case Step.Convolution s -> convolution(s, output);
      case Step.Depthwise s -> depthwise(s, output);
      case Step.Linear s -> linear(s, output);
      case Step.SqueezeExcite s -> squeezeExcite(s, output);
      case Step.Pool s -> {
        Window window = new Window(s.kernel(), s.stride(), s.padding());
        View input = readable(s.input());
        switch (s.kind()) {
          case MAX -> launches.maxPool(input, window, output);
          case AVERAGE -> launches.averagePool(input, window, output);
        }
        yield "window";
      }
      case Step.AdaptiveAveragePool s -> {
        launches.cellMean(readable(s.input()), output);
        yield "cells";
      }
      case Step.GlobalAveragePool s -> {
        launches.mapMean(readable(s.input()), output);
        yield "mean";
      }
      case Step.Elementwise s -> {
        Optional<Affine> first = s.epilogue().foldedNorm().map(this::affine);
        DeviceEpilogue epilogue =
            epilogue(s.name(), first.map(Affine::shift), s.epilogue())
                .withGain(channels(s.name(), "gain", first.map(Affine::scale)));
        launches.elementwise(readable(s.input()), epilogue, output);
        yield "number by number";
      }
      case Step.Multiply s -> {
        launches.multiply(readable(s.input()), readable(s.factor()), output);
        yield "product";
      }
      case Step.Copy s -> {
        launches.gather(view(s.input()), output);
        yield "gather";
      }
    };
  }

  /** A product with weights {@code [out, in]}. */
  private String dense(
      String step, Value value, String weight, Folding folding, Epilogue epilogue, View output) {
    SortedValue sorted = SortedValue.of(value);
    View input = readable(sorted.value());
    return dense(step, input, sorted.channels(), weight, folding, epilogue, output);
  }

  private String prepared(Step.Pointwise step, Folding folding, View output) {
    View input = prepare(step.name(), readable(step.input()), step.prologue());
    return dense(
        step.name(), input, inOrder(input), step.weight(), folding, step.epilogue(), output);
  }

  private static List<Integer> inOrder(View input) {
    return IntStream.range(0, input.channels()).boxed().toList();
  }

  /**
   * @param columns for each channel of the input, that of its weights
   */
  private String dense(
      String step,
      View input,
      List<Integer> columns,
      String weight,
      Folding folding,
      Epilogue epilogue,
      View output) {
    int in = input.channels();
    return product(
        new Key(step, weight, columns),
        input,
        Window.PIXEL,
        () -> {
          double[] values = folding.fold(weights.values(weight));
          return (row, out) -> values[out * in + columns.get(row)];
        },
        epilogue(step, folding.bias(), epilogue),
        output);
  }

  /** The weights of a product: the row is the position in the sum. */
  private interface Matrix {
    double at(int row, int column);
  }

  private String product(
      Key key,
      View input,
      Window window,
      Supplier<Matrix> matrix,
      DeviceEpilogue epilogue,
      View output) {
    int rows = window.kernel() * window.kernel() * input.channels();
    int columns = output.channels();
    int stride = Math.ceilDiv(columns, WEIGHT_ALIGNMENT) * WEIGHT_ALIGNMENT;
    long weight =
        weights.prepare(
            key,
            () -> {
              Matrix values = matrix.get();
              float[] packed = new float[Math.multiplyExact(rows, stride)];
              for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                  packed[row * stride + column] = (float) values.at(row, column);
                }
              }
              return packed;
            });
    launches.product(input, weight, stride, window, epilogue, output);
    return "tiles";
  }

  private String convolution(Step.Convolution step, View output) {
    View input = prepare(step.name(), readable(step.input()), step.prologue());
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding = folding(step.bias(), step.epilogue());
    DeviceEpilogue epilogue = epilogue(step.name(), folding.bias(), step.epilogue());
    int channels = input.channels() / step.groups();
    int positions = step.kernel() * step.kernel();
    if (step.groups() == 1 && channels >= LEAST_TILE_CHANNELS) {
      return product(
          new Key(step.name(), step.weight()),
          input,
          window,
          () -> {
            double[] values = folding.fold(weights.values(step.weight()));
            return (row, out) ->
                values[(out * channels + row % channels) * positions + row / channels];
          },
          epilogue,
          output);
    }
    int outputs = output.channels();
    long weight =
        weights.prepare(
            new Key(step.name(), step.weight()),
            () ->
                transposed(
                    folding.fold(weights.values(step.weight())), outputs, channels, positions));
    launches.convolution(input, weight, step.groups(), window, epilogue, output);
    return "number by number";
  }

  /** From {@code [outputs][channels][positions]} to {@code [positions][channels][outputs]}. */
  private static float[] transposed(double[] values, int outputs, int channels, int positions) {
    float[] transposed = new float[values.length];
    for (int out = 0; out < outputs; out++) {
      for (int c = 0; c < channels; c++) {
        for (int position = 0; position < positions; position++) {
          transposed[(position * channels + c) * outputs + out] =
              (float) values[(out * channels + c) * positions + position];
        }
      }
    }
    return transposed;
  }

  private String depthwise(Step.Depthwise step, View output) {
    int channels = output.channels();
    int positions = step.kernel() * step.kernel();
    Folding folding = folding(step.bias(), step.epilogue());
    long weight =
        weights.prepare(
            new Key(step.name(), step.weight()),
            () -> {
              double[] kernels = weights.values(step.weight());
              double[] each = new double[channels * positions];
              for (int i = 0; i < each.length; i++) {
                each[i] = kernels[i % kernels.length];
              }
              return transposed(folding.fold(each), channels, 1, positions);
            });
    launches.depthwise(
        readable(step.input()),
        weight,
        new Window(step.kernel(), step.stride(), step.padding()),
        epilogue(step.name(), folding.bias(), step.epilogue()),
        output);
    return "number by number";
  }

  private String linear(Step.Linear step, View output) {
    Folding folding = folding(step.bias(), step.epilogue());
    View input = view(step.input());
    int pixels = Math.toIntExact(input.pixelsPerImage());
    if (pixels == 1) {
      return dense(step.name(), step.input(), step.weight(), folding, step.epilogue(), output);
    }
    int channels = input.channels();
    View flat = workspace.flat(input);
    launches.gather(input, flat);
    View vector = flat.asVector();
    return product(
        new Key(step.name(), step.weight() + " of " + pixels),
        vector,
        Window.PIXEL,
        () -> {
          double[] values = folding.fold(weights.values(step.weight()));
          return (row, out) -> values[(out * channels + row % channels) * pixels + row / channels];
        },
        epilogue(step.name(), folding.bias(), step.epilogue()),
        output);
  }

  private String squeezeExcite(Step.SqueezeExcite step, View output) {
    View input = readable(step.input());
    int squeezed = weights.shapes().get(step.reduceWeight()).extent(0);
    View mean = workspace.vector(input.images(), input.channels());
    View reduced = workspace.vector(input.images(), squeezed);
    View factors = workspace.vector(input.images(), input.channels());
    launches.mapMean(input, mean);
    excite(step.name(), step.reduceWeight(), step.reduceBias(), step.inner(), mean, reduced);
    excite(step.name(), step.expandWeight(), step.expandBias(), step.gate(), reduced, factors);
    launches.multiply(input, factors, output);
    return "mean, tiles, tiles, product";
  }

  private void excite(
      String step, String weight, Optional<String> bias, Function function, View in, View out) {
    int channels = in.channels();
    Epilogue activation =
        new Epilogue(
            Optional.empty(),
            Optional.of(function),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    product(
        new Key(step, weight, inOrder(in)),
        in,
        Window.PIXEL,
        () -> {
          double[] values = weights.values(weight);
          return (row, column) -> values[column * channels + row];
        },
        epilogue(step + " " + weight, bias.map(weights::values), activation),
        out);
  }

  private Folding folding(Optional<String> bias, Epilogue epilogue) {
    return Folding.of(bias, epilogue.foldedNorm(), weights::values);
  }

  /** All of an epilogue but its folded norm. */
  private DeviceEpilogue epilogue(String step, Optional<double[]> bias, Epilogue epilogue) {
    Optional<Affine> norm = epilogue.norm().map(this::affine);
    return new DeviceEpilogue(
        0,
        channels(step, "bias", bias),
        channels(step, "scale", norm.map(Affine::scale)),
        channels(step, "shift", norm.map(Affine::shift)),
        epilogue.residual().map(this::readable),
        epilogue.activation(),
        epilogue.finalActivation());
  }

  /** The input of a step after its prologue, which is a pass of its own here. */
  private View prepare(String step, View input, Prologue prologue) {
    if (prologue.isNone()) {
      return input;
    }
    Optional<Affine> norm = prologue.norm().map(this::affine);
    View prepared = workspace.map(input);
    DeviceEpilogue epilogue =
        new DeviceEpilogue(
            channels(step, "input gain", norm.map(Affine::scale)),
            channels(step, "input bias", norm.map(Affine::shift)),
            0,
            0,
            Optional.empty(),
            prologue.activation(),
            Optional.empty());
    launches.elementwise(input, epilogue, prepared);
    return prepared;
  }

  private Affine affine(BatchNorm norm) {
    return Affine.of(norm, weights::values);
  }

  private long channels(String step, String role, Optional<double[]> values) {
    return values
        .map(numbers -> weights.prepare(new Key(step, role), () -> floats(numbers)))
        .orElse(0L);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private View view(Value value) {
    return placement.view(value, base);
  }

  /** A value in no more parts than kernels read. */
  private View readable(Value value) {
    View view = view(value);
    if (view.parts().size() <= Parameters.MAX_PARTS) {
      return view;
    }
    View whole = workspace.map(view);
    launches.gather(view, whole);
    return whole;
  }
}
