package dev.vgnet.cuda.program;

import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;

/** Every kind of step by the engine's own kernels. */
final class OwnKernels {
  private OwnKernels() {}

  /** All ways to compute a step, at least one. */
  static List<Way> ways(Step step, DeviceWeights weights) {
    if (step instanceof Step.SqueezeExcite s) {
      return Excitation.forms(s, weights).stream()
          .map(form -> new Way(form.words, target -> new Excitation(target).alone(s, form)))
          .toList();
    }
    Way usual = new Way("own", target -> build(step, target));
    return Vectors.compute(step)
        ? List.of(new Way("vectors", target -> new Vectors(target).layer(step)), usual)
        : List.of(usual);
  }

  /** Puts the launches of a step together, and says what they are, in words. */
  static String build(Step step, StepScope scope) {
    View output = scope.output(step);
    return switch (step) {
      case Step.Pointwise s -> new Products(scope).pointwise(s, output);
      case Step.Convolution s -> new Convolutions(scope).convolution(s, output);
      case Step.Depthwise s -> new Convolutions(scope).depthwise(s, output);
      case Step.Linear s -> new Products(scope).linear(s, output);
      case Step.SqueezeExcite s ->
          new Excitation(scope).alone(s, Excitation.forms(s, scope.weights).getFirst());
      case Step.Pool s -> Pools.own(s, scope);
      case Step.AdaptiveAveragePool s -> {
        scope.launches.cellMean(scope.readable(s.input()), output);
        yield "cells";
      }
      case Step.GlobalAveragePool s -> {
        scope.launches.mapMean(scope.readable(s.input()), output);
        yield "mean";
      }
      case Step.Elementwise s -> elementwise(s, scope, output);
      case Step.Multiply s -> {
        scope.launches.multiply(scope.readable(s.input()), scope.readable(s.factor()), output);
        yield "product";
      }
      case Step.Copy s -> {
        scope.launches.gather(scope.view(s.input()), output);
        yield "gather";
      }
    };
  }

  private static String elementwise(Step.Elementwise step, StepScope scope, View output) {
    Optional<Affine> first = step.epilogue().foldedNorm().map(scope::affine);
    DeviceEpilogue epilogue =
        scope
            .epilogue(step.name(), first.map(Affine::shift), step.epilogue())
            .withGain(scope.channels(step.name(), StepScope.Role.GAIN, first.map(Affine::scale)));
    scope.launches.elementwise(
        scope.readable(step.input()), epilogue, output, scope.sliceSums(output));
    return "number by number";
  }
}
