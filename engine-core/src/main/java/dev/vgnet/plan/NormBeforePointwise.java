package dev.vgnet.plan;

import dev.vgnet.graph.Operator.BatchNorm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves the norm of a depthwise convolution into the pointwise ones after it, where nothing else
 * reads its buffer. A pointwise convolution has no padding, so the norm folds into its weights and
 * bias exactly; and the depthwise kernels stay as they are, fixed or shared as they may be.
 */
final class NormBeforePointwise {
  private NormBeforePointwise() {}

  static Plan rewrite(Plan plan) {
    Map<Buffer, BatchNorm> norms = movable(plan);
    List<Step> steps = plan.steps().stream().map(step -> rewrite(step, norms)).toList();
    return new Plan(plan.input(), plan.buffers(), steps, plan.outputs());
  }

  private static Map<Buffer, BatchNorm> movable(Plan plan) {
    Map<Buffer, BatchNorm> norms = new HashMap<>();
    for (Step step : plan.steps()) {
      if (step instanceof Step.Depthwise depthwise && depthwise.isInOrder()) {
        normAlone(depthwise.epilogue()).ifPresent(norm -> norms.put(step.output(), norm));
      }
    }
    plan.outputs().forEach(value -> removeAll(norms, value));
    for (Step step : plan.steps()) {
      if (step instanceof Step.Pointwise pointwise && pointwise.prologue().isNone()) {
        pointwise.epilogue().residual().ifPresent(value -> removeAll(norms, value));
      } else {
        step.inputs().forEach(value -> removeAll(norms, value));
      }
    }
    return norms;
  }

  private static Optional<BatchNorm> normAlone(Epilogue epilogue) {
    boolean alone =
        epilogue.equals(
            new Epilogue(
                epilogue.foldedNorm(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    return alone ? epilogue.foldedNorm() : Optional.empty();
  }

  private static void removeAll(Map<Buffer, BatchNorm> norms, Value value) {
    value.segments().forEach(segment -> norms.remove(segment.buffer()));
  }

  private static Step rewrite(Step step, Map<Buffer, BatchNorm> norms) {
    return switch (step) {
      case Step.Depthwise s when norms.containsKey(s.output()) ->
          new Step.Depthwise(
              s.name(),
              s.input(),
              s.channels(),
              s.weight(),
              s.bias(),
              s.kernel(),
              s.stride(),
              s.padding(),
              Epilogue.NONE,
              s.output());
      case Step.Pointwise s -> {
        Map<Buffer, BatchNorm> read = new HashMap<>();
        for (Segment segment : s.input().segments()) {
          BatchNorm norm = norms.get(segment.buffer());
          if (norm != null) {
            read.put(segment.buffer(), norm);
          }
        }
        yield new Step.Pointwise(
            s.name(),
            s.input(),
            read,
            s.prologue(),
            s.weight(),
            s.bias(),
            s.epilogue(),
            s.output());
      }
      default -> step;
    };
  }
}
