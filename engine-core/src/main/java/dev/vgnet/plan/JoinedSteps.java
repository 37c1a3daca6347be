package dev.vgnet.plan;

import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Steps of a plan that follow each other and that a device computes as one, so that what they hand
 * on among themselves need not be stored as a whole.
 *
 * @param steps at least one, in order
 */
public record JoinedSteps(List<Step> steps) {
  public JoinedSteps {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("at least one step is joined");
    }
  }

  /** The step whose output remains. */
  public Step last() {
    return steps.getLast();
  }

  /** The buffers that are written on the way. */
  public List<Buffer> between() {
    return steps.subList(0, steps.size() - 1).stream().map(Step::output).toList();
  }

  /** What they read that others have written. */
  public List<Value> inputs() {
    List<Buffer> between = between();
    return steps.stream()
        .flatMap(step -> step.inputs().stream())
        .flatMap(value -> value.segments().stream())
        .filter(segment -> !between.contains(segment.buffer()))
        .map(segment -> new Value(List.of(segment)))
        .toList();
  }

  /** Their kinds in words, such as {@code pointwise + depthwise}. */
  public String kind() {
    return steps.stream().map(PlanText::kind).collect(Collectors.joining(" + "));
  }

  /**
   * The sum of their costs, without writing and reading some buffers.
   *
   * @param tensors the shape of every tensor the steps name
   * @param neverStored of those that are written on the way
   */
  public StepCost cost(Map<String, Shape> tensors, List<Buffer> neverStored) {
    List<StepCost> costs = steps.stream().map(step -> StepCost.of(step, tensors)).toList();
    long spared = neverStored.stream().mapToLong(b -> StepCost.numbers(Value.of(b))).sum();
    return new StepCost(
        costs.stream().mapToLong(StepCost::multiplyAccumulates).sum(),
        costs.stream().mapToLong(StepCost::maps).sum() - 2 * spared,
        costs.stream().mapToLong(StepCost::weights).sum());
  }

  /**
   * A plan in which all that joined steps read is kept until the last of them is done. For its
   * lifetimes: it computes something else.
   */
  public static Plan keepingInputs(Plan plan, List<JoinedSteps> all) {
    List<Step> steps = new ArrayList<>(plan.steps());
    for (JoinedSteps joined : all) {
      steps.replaceAll(step -> step == joined.last() ? joined.readingAll() : step);
    }
    return new Plan(plan.input(), plan.buffers(), steps, plan.outputs());
  }

  private Step readingAll() {
    List<Value> read = steps.stream().flatMap(step -> step.inputs().stream()).toList();
    return new Step.Copy(last().name(), Value.concat(read), last().output());
  }
}
