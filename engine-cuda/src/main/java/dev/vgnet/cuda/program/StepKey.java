package dev.vgnet.cuda.program;

import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Prologue;
import dev.vgnet.plan.Step;
import java.util.stream.Collectors;

/** What the time of a step depends on, in words: not its name, nor where its values lie. */
final class StepKey {
  private StepKey() {}

  static String of(Step step, StepScope scope) {
    return "%s%s: %s -> %s"
        .formatted(
            PlanText.kind(step),
            details(step, scope),
            step.inputs().stream()
                .map(value -> text(scope.view(value)))
                .collect(Collectors.joining(", ")),
            text(scope.output(step)));
  }

  private static String details(Step step, StepScope scope) {
    return switch (step) {
      case Step.Pointwise s -> text(s.prologue()) + text(s.epilogue());
      case Step.Convolution s ->
          window(s.kernel(), s.stride(), s.padding())
              + " in "
              + s.groups()
              + text(s.prologue())
              + text(s.epilogue());
      case Step.Depthwise s -> window(s.kernel(), s.stride(), s.padding()) + text(s.epilogue());
      case Step.Pool s -> window(s.kernel(), s.stride(), s.padding());
      case Step.SqueezeExcite s -> " by " + Excitation.squeezed(s, scope.weights);
      default -> "";
    };
  }

  private static String window(int kernel, int stride, int padding) {
    return " " + kernel + "x" + kernel + "/" + stride + "+" + padding;
  }

  private static String text(Prologue prologue) {
    return prologue.isNone() ? "" : " after a prologue";
  }

  private static String text(Epilogue epilogue) {
    return " %s %s%s %s"
        .formatted(
            epilogue.activation().map(Enum::name).orElse("-"),
            epilogue.norm().isPresent() ? "norm" : "-",
            epilogue.residual().isPresent() ? " residual" : "",
            epilogue.finalActivation().map(Enum::name).orElse("-"));
  }

  /** Such as {@code 16x56x56x(28/32+28/28)}: for each part, its channels and its stride. */
  private static String text(View view) {
    return view.parts().stream()
        .map(part -> part.channels() + "/" + part.stride() + (view.isAligned() ? "" : "!"))
        .collect(
            Collectors.joining(
                "+", view.images() + "x" + view.height() + "x" + view.width() + "x(", ")"));
  }
}
