package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Launch;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Step;
import dev.vgnet.runtime.Precision;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Builds ways to compute steps, and finds out which of several is the fastest that computes what it
 * should: measured once, then known, until {@code Choices.WAYS} is raised. For one thread.
 */
final class Chooser {
  private static final System.Logger LOGGER = System.getLogger(Chooser.class.getName());

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
   * @param step the one whose ways of cuDNN's must agree with the last resort; nothing if all ways
   *     are known to be right
   * @param last resort, if there is no room to measure, or nothing works; an own way
   */
  Way choose(String what, Optional<Step> step, List<Way> ways, Way last) {
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
        .orElseGet(() -> measured(key, step, ways, last));
  }

  private Way measured(String key, Optional<Step> step, List<Way> ways, Way last) {
    Optional<Way> fastest;
    try (DeviceWeights madeUp = weights.madeUp()) {
      fastest =
          byTime(ways, madeUp).stream()
              .filter(way -> step.isEmpty() || agrees(way, last, step.get(), madeUp))
              .findFirst();
    } catch (DeviceMemoryException e) {
      return last;
    }
    fastest.ifPresent(way -> driver.choices().put(key, way.name()));
    return fastest.orElse(last);
  }

  /** Those that work, the fastest first. */
  private List<Way> byTime(List<Way> ways, DeviceWeights madeUp) {
    Map<Way, Long> times = new LinkedHashMap<>();
    long least = Long.MAX_VALUE;
    for (Way way : ways) {
      OptionalLong nanos = driver.measure(build(way, madeUp).work(), least);
      if (nanos.isPresent()) {
        times.put(way, nanos.getAsLong());
        least = Math.min(least, nanos.getAsLong());
      }
    }
    return times.keySet().stream().sorted(Comparator.comparing(times::get)).toList();
  }

  /**
   * Whether a way computes what an own one does; what is not cuDNN's is taken for right. Made-up
   * weights, as a model's may be such that all ways agree: zeros, for one.
   */
  private boolean agrees(Way way, Way own, Step step, DeviceWeights madeUp) {
    List<Work> work = build(way, madeUp).work();
    if (work.stream().allMatch(Launch.class::isInstance)) {
      return true;
    }
    StepScope scope = scope(madeUp);
    List<View> inputs = step.inputs().stream().map(scope::view).toList();
    Trial trial = new Trial(driver, inputs, scope.output(step));
    double difference = trial.difference(build(own, madeUp).work(), work);
    if (difference <= Trial.limit(precision)) {
      return true;
    }
    LOGGER.log(
        System.Logger.Level.INFO,
        "{0} is not used for {1}, a {2}: its numbers are off by {3}",
        way.name(),
        step.name(),
        PlanText.kind(step),
        "%.1e of their root mean square".formatted(difference));
    return false;
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

  /** Writes what has been measured where other processes find it. */
  void save() {
    if (weights.arePlaced()) {
      driver.choices().save();
    }
  }

  private StepScope scope(DeviceWeights from) {
    workspace.clear();
    return new StepScope(placement, base, from, workspace);
  }
}
