package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import dev.vgnet.runtime.Precision;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds ways to compute steps, and finds out which of several is the fastest that computes what it
 * should: measured once, then known, until {@code Choices.WAYS} is raised. For one thread.
 */
final class Chooser {
  /**
   * @param kernel how it is done, in words
   */
  record Built(List<Work> work, String kernel) {}

  private final Driver driver;
  private final KernelChoice choice;
  private final Precision precision;
  private final Placement placement;
  private final long base;
  private final DeviceWeights weights;
  private final Workspace workspace;

  /**
   * @param base the address of the feature maps, which the workspace follows
   * @param weights if they have no place, nothing is measured, and there is room for every way
   */
  Chooser(
      Driver driver,
      KernelChoice choice,
      Precision precision,
      Placement placement,
      long base,
      DeviceWeights weights) {
    this.driver = driver;
    this.choice = choice;
    this.precision = precision;
    this.placement = placement;
    this.base = base;
    this.weights = weights;
    workspace = new Workspace(placement, base + placement.size());
  }

  /** The bytes that steps use beside the feature maps. */
  long workspaceSize() {
    return workspace.size();
  }

  /**
   * @param what is computed
   * @param steps that are computed so; ways of cuDNN's to compute one must agree with the last
   *     resort, of several each is known to be right
   * @param last resort, if there is no room to measure, or nothing works; an own way
   */
  Way choose(String what, List<Step> steps, List<Way> ways, Way last) {
    if (!weights.arePlaced()) {
      // Of what is known, too: where one choice is unknown, the next is between other ways.
      ways.forEach(this::build);
      build(last);
      return last;
    }
    String key = choice + " " + what;
    return driver
        .choices()
        .get(key)
        .flatMap(name -> ways.stream().filter(way -> way.name().equals(name)).findFirst())
        .orElseGet(() -> measured(new Attempts(driver, key, steps), steps, ways, last));
  }

  private Way measured(Attempts attempts, List<Step> steps, List<Way> ways, Way last) {
    Optional<Way> fastest;
    try (DeviceWeights madeUp = weights.madeUp()) {
      fastest =
          byTime(attempts, ways, madeUp).stream()
              .filter(
                  way -> steps.size() > 1 || isRight(attempts, way, last, steps.getFirst(), madeUp))
              .findFirst();
    }
    fastest.ifPresent(attempts::remember);
    return fastest.orElse(last);
  }

  /** Those that work, the fastest first. */
  private List<Way> byTime(Attempts attempts, List<Way> ways, DeviceWeights madeUp) {
    Map<Way, Long> times = new LinkedHashMap<>();
    for (Way way : attempts.allowed(ways)) {
      long least = times.values().stream().min(Comparator.naturalOrder()).orElse(Long.MAX_VALUE);
      attempts
          .make(way, () -> driver.measure(build(way, madeUp).work(), least))
          .ifPresent(
              nanos ->
                  nanos.ifPresentOrElse(
                      time -> times.put(way, time),
                      () -> attempts.leaveOut(Level.DEBUG, way, "it is refused, or far too slow")));
    }
    return times.keySet().stream().sorted(Comparator.comparing(times::get)).toList();
  }

  private boolean isRight(Attempts attempts, Way way, Way own, Step step, DeviceWeights madeUp) {
    Optional<Double> difference = attempts.make(way, () -> difference(way, own, step, madeUp));
    if (difference.isEmpty()) {
      return false;
    }
    boolean right = difference.get() <= Trial.limit(precision);
    if (!right) {
      attempts.leaveOut(
          Level.INFO,
          way,
          "its numbers are off by %.1e of their root mean square".formatted(difference.get()));
    }
    return right;
  }

  /**
   * How far off a way is from an own one; what is not cuDNN's is taken for right. Made-up weights,
   * as a model's may be such that all ways agree: zeros, for one.
   */
  private double difference(Way way, Way own, Step step, DeviceWeights madeUp) {
    List<Work> work = build(way, madeUp).work();
    if (!Work.callsCudnn(work)) {
      return 0;
    }
    StepScope scope = scope(madeUp);
    List<View> inputs =
        step.inputs().stream()
            .flatMap(value -> value.segments().stream())
            .map(Segment::buffer)
            .distinct()
            .map(buffer -> scope.view(Value.of(buffer)))
            .toList();
    return new Trial(driver, inputs, scope.output(step), workspace)
        .difference(build(own, madeUp).work(), work);
  }

  Built build(Way way) {
    return build(way, weights);
  }

  private Built build(Way way, DeviceWeights from) {
    StepScope scope = scope(from);
    String kernel = way.build().apply(scope);
    return new Built(List.copyOf(scope.launches.list()), kernel);
  }

  /** To look at a step: whatever is built in it has no place. */
  StepScope unplacedScope() {
    return scope(weights.unplaced());
  }

  private StepScope scope(DeviceWeights from) {
    workspace.clear();
    return new StepScope(placement, base, from, workspace);
  }
}
