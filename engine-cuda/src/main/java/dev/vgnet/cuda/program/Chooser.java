package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.DeviceMemoryException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Builds ways to compute steps, and finds out which of several is the fastest: measured once, then
 * known. For one thread.
 */
final class Chooser {
  /**
   * @param kernel how it is done, in words
   */
  record Built(List<Work> work, String kernel) {}

  private final Driver driver;
  private final KernelChoice choice;
  private final Placement placement;
  private final long base;
  private final DeviceWeights weights;
  private final Workspace workspace;

  /**
   * @param base the address of the feature maps, which the workspace follows
   * @param weights if they have no place, nothing is measured, and there is room for every way
   */
  Chooser(
      Driver driver, KernelChoice choice, Placement placement, long base, DeviceWeights weights) {
    this.driver = driver;
    this.choice = choice;
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
   * @param last resort, if there is no room to measure, or nothing works
   */
  Way choose(String what, List<Way> ways, Way last) {
    String key = choice + " " + what;
    return driver
        .choices()
        .get(key)
        .flatMap(name -> ways.stream().filter(way -> way.name().equals(name)).findFirst())
        .orElseGet(() -> measured(key, ways, last));
  }

  private Way measured(String key, List<Way> ways, Way last) {
    if (!weights.arePlaced()) {
      ways.forEach(this::build);
      return last;
    }
    Optional<Way> fastest;
    try {
      fastest = fastest(ways);
    } catch (DeviceMemoryException e) {
      return last;
    }
    fastest.ifPresent(way -> driver.choices().put(key, way.name()));
    return fastest.orElse(last);
  }

  private Optional<Way> fastest(List<Way> ways) {
    Optional<Way> fastest = Optional.empty();
    long least = Long.MAX_VALUE;
    try (DeviceWeights scratch = weights.scratch()) {
      for (Way way : ways) {
        OptionalLong nanos = driver.measure(build(way, scratch).work());
        if (nanos.isPresent() && nanos.getAsLong() < least) {
          fastest = Optional.of(way);
          least = nanos.getAsLong();
        }
      }
    }
    return fastest;
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
