package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.CudnnPool;
import dev.vgnet.cuda.driver.CudnnShape;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;

/** Maxima and means of windows: what comes out says how, in words. */
final class Pools {
  private Pools() {}

  /** By an own kernel. */
  static String own(Step.Pool step, StepScope scope) {
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    View input = scope.readable(step.input());
    View output = scope.output(step);
    switch (step.kind()) {
      case MAX -> scope.launches.maxPool(input, window, output);
      case AVERAGE -> scope.launches.averagePool(input, window, output);
    }
    return "window";
  }

  /** By cuDNN, if it counts windows as the step does, and as many elements as the maps have. */
  static Optional<Way> byCudnn(Step.Pool step, StepScope scope) {
    View input = scope.view(step.input());
    View output = scope.output(step);
    boolean same =
        output.height() == extent(step, input.height())
            && output.width() == extent(step, input.width())
            && 2 * step.padding() <= step.kernel()
            && isCountable(input)
            && isCountable(output);
    return same ? Optional.of(new Way("cudnn", target -> cudnn(step, target))) : Optional.empty();
  }

  private static String cudnn(Step.Pool step, StepScope scope) {
    View output = scope.output(step);
    View input = scope.readable(step.input());
    if (!input.isAligned() || !scope.slices(output, input).isAligned()) {
      input = scope.whole(input);
    }
    List<View.Part> to = scope.slices(output, input).parts();
    for (int i = 0; i < to.size(); i++) {
      View.Part from = input.parts().get(i);
      scope.launches.add(
          new CudnnPool(
              input.cudnnMap(from),
              output.cudnnMap(to.get(i)),
              step.kind() == Step.Pool.Kind.MAX,
              step.kernel(),
              step.stride(),
              step.padding(),
              from.address(),
              to.get(i).address()));
    }
    return "cudnn";
  }

  private static boolean isCountable(View map) {
    return map.parts().stream().allMatch(part -> map.cudnnMap(part).isCountable());
  }

  private static int extent(Step.Pool step, int extent) {
    return CudnnShape.outputExtent(extent, step.kernel(), step.stride(), step.padding());
  }
}
