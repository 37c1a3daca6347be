package dev.vgnet.cuda.program;

import dev.vgnet.cuda.program.DeviceWeights.Key;
import dev.vgnet.cuda.program.DeviceWeights.Order;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.Step;

/** Convolutions with windows, by own kernels: what comes out says how, in words. */
final class Convolutions {
  /** With fewer input channels, most of a tile of products would be empty. */
  private static final int LEAST_TILE_CHANNELS = 8;

  private final StepScope scope;

  Convolutions(StepScope scope) {
    this.scope = scope;
  }

  String convolution(Step.Convolution step, View output) {
    View input = scope.prepare(step.name(), scope.readable(step.input()), step.prologue());
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding = scope.folding(step.bias(), step.epilogue());
    DeviceEpilogue epilogue = scope.epilogue(step.name(), folding.bias(), step.epilogue());
    int channels = input.channels() / step.groups();
    int positions = step.kernel() * step.kernel();
    if (step.groups() == 1 && channels >= LEAST_TILE_CHANNELS) {
      return new Products(scope)
          .product(
              new Key(step.name(), Order.PRODUCT, step.weight()),
              input,
              window,
              () -> {
                double[] values = folding.fold(scope.weights.values(step.weight()));
                return (row, out) ->
                    values[(out * channels + row % channels) * positions + row / channels];
              },
              epilogue,
              output);
    }
    int outputs = output.channels();
    long weight =
        scope.weights.prepare(
            new Key(step.name(), Order.BY_POSITION, step.weight()),
            () ->
                transposed(
                    folding.fold(scope.weights.values(step.weight())),
                    outputs,
                    channels,
                    positions));
    scope.launches.convolution(
        input, weight, step.groups(), window, epilogue, output, scope.sliceSums(output));
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

  String depthwise(Step.Depthwise step, View output) {
    Folding folding = scope.folding(step.bias(), step.epilogue());
    scope.launches.depthwise(
        scope.readable(step.input()),
        depthwiseWeight(step, folding),
        window(step),
        scope.epilogue(step.name(), folding.bias().map(step::sorted), step.epilogue()),
        output,
        scope.sliceSums(output));
    return "number by number";
  }

  /** What a product does with those parts of its input that a step convolves. */
  DeviceFilter filter(Separable pair) {
    Step.Depthwise step = pair.depthwise();
    Folding folding = scope.folding(step.bias(), step.epilogue());
    return new DeviceFilter(
        scope.view(step.input()),
        pair.firstPart(),
        pair.firstChannel(),
        depthwiseWeight(step, folding),
        window(step),
        scope.epilogue(step.name(), folding.bias().map(step::sorted), step.epilogue()));
  }

  private static Window window(Step.Depthwise step) {
    return new Window(step.kernel(), step.stride(), step.padding());
  }

  private long depthwiseWeight(Step.Depthwise step, Folding folding) {
    int channels = step.output().channels();
    return scope.weights.prepare(
        new Key(step.name(), Order.BY_POSITION, step.weight()),
        () ->
            transposed(
                perChannel(step, folding, channels, scope),
                channels,
                1,
                step.kernel() * step.kernel()));
  }

  /** A kernel for each channel, {@code [channels][kernel * kernel]}. */
  static double[] perChannel(Step.Depthwise step, Folding folding, int channels, StepScope scope) {
    double[] kernels = scope.weights.values(step.weight());
    double[] each = new double[channels * step.kernel() * step.kernel()];
    for (int i = 0; i < each.length; i++) {
      each[i] = kernels[i % kernels.length];
    }
    return step.sorted(folding.fold(each));
  }
}
