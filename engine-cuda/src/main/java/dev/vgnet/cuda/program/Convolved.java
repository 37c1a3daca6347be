package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A step as a convolution, whatever kind it is of.
 *
 * @param input ready to be read
 * @param columns for each channel of a group of the input, that of its weights
 * @param depthwise whether each channel is convolved by itself
 * @param weights folded, as is the bias, {@code [outputs][channels of a group][kernel * kernel]}
 */
record Convolved(
    String name,
    View input,
    List<Integer> columns,
    Window window,
    int groups,
    boolean depthwise,
    Supplier<double[]> weights,
    Optional<double[]> bias,
    Epilogue epilogue) {

  /** Nothing if the step is none. */
  static Optional<Convolved> of(Step step, StepScope scope) {
    return switch (step) {
      case Step.Pointwise s -> Optional.of(pointwise(s, scope));
      case Step.Convolution s -> Optional.of(convolution(s, scope));
      case Step.Depthwise s -> Optional.of(depthwise(s, scope));
      default -> Optional.empty();
    };
  }

  private static Convolved pointwise(Step.Pointwise s, StepScope scope) {
    Folding folding = Folding.of(s, scope.weights::values);
    SortedValue sorted =
        s.prologue().isNone()
            ? SortedValue.of(s.input())
            : new SortedValue(s.input(), SortedValue.inOrder(s.input().channels()));
    View input = scope.prepare(s.name(), scope.readable(sorted.value()), s.prologue());
    return new Convolved(
        s.name(),
        input,
        sorted.channels(),
        Window.PIXEL,
        1,
        false,
        () -> folding.fold(scope.weights.values(s.weight())),
        folding.bias(),
        s.epilogue());
  }

  private static Convolved convolution(Step.Convolution s, StepScope scope) {
    Folding folding = scope.folding(s.bias(), s.epilogue());
    View input = scope.prepare(s.name(), scope.readable(s.input()), s.prologue());
    return new Convolved(
        s.name(),
        input,
        SortedValue.inOrder(input.channels() / s.groups()),
        new Window(s.kernel(), s.stride(), s.padding()),
        s.groups(),
        false,
        () -> folding.fold(scope.weights.values(s.weight())),
        folding.bias(),
        s.epilogue());
  }

  private static Convolved depthwise(Step.Depthwise s, StepScope scope) {
    Folding folding = scope.folding(s.bias(), s.epilogue());
    View input = scope.readable(s.input());
    Window window = new Window(s.kernel(), s.stride(), s.padding());
    return new Convolved(
        s.name(),
        input,
        List.of(0),
        window,
        input.channels(),
        true,
        () -> Convolutions.perChannel(s, folding, input.channels(), scope),
        folding.bias().map(s::sorted),
        s.epilogue());
  }

  /**
   * Some of the weights, in an order that cuDNN knows.
   *
   * @param firstOutput and {@code outputs} from there
   * @param firstInput of a group, and {@code channels} from there
   */
  float[] filter(int firstOutput, int outputs, int firstInput, int channels, WeightLayout layout) {
    double[] values = weights.get();
    int positions = window.kernel() * window.kernel();
    float[] filter = new float[Math.multiplyExact(outputs * channels, positions)];
    for (int out = 0; out < outputs; out++) {
      for (int c = 0; c < channels; c++) {
        int row = (firstOutput + out) * columns.size() + columns.get(firstInput + c);
        for (int position = 0; position < positions; position++) {
          int at =
              layout == WeightLayout.NHWC
                  ? (out * positions + position) * channels + c
                  : (out * channels + c) * positions + position;
          filter[at] = (float) values[row * positions + position];
        }
      }
    }
    return filter;
  }
}
