package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Turns steps into work, each by the fastest of the ways that are allowed; which that is, is
 * measured once. For one thread.
 */
final class StepCompiler {
  /**
   * @param kernel how the step is computed, in words
   */
  record CompiledStep(List<Work> work, String kernel) {}

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
  StepCompiler(
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

  /** The work of all steps, one after the other. */
  List<CompiledStep> compile(List<Step> steps) {
    List<CompiledStep> compiled = new ArrayList<>();
    for (Step step : steps) {
      StepScope scope = scope(weights.unplaced());
      List<Way> ways = ways(step, scope);
      compiled.add(ways.size() == 1 ? build(ways.getFirst()) : choose(step, ways, scope));
    }
    if (weights.arePlaced()) {
      driver.choices().save();
    }
    return compiled;
  }

  private List<Way> ways(Step step, StepScope scope) {
    Way own = new Way("own", target -> OwnKernels.build(step, target));
    if (!choice.allowsCudnn() || driver.cudnn().isEmpty()) {
      return List.of(own);
    }
    List<Way> ways = new ArrayList<>();
    if (step instanceof Step.Pool pool) {
      Pools.byCudnn(pool, scope).ifPresent(ways::add);
    } else {
      ways.addAll(new CudnnConvolutions(driver.cudnn().get()).ways(step, scope));
    }
    if (choice.allowsOwn() || ways.isEmpty()) {
      ways.addFirst(own);
    }
    return ways;
  }

  private CompiledStep choose(Step step, List<Way> ways, StepScope scope) {
    String what = choice + " " + StepKey.of(step, scope);
    return driver
        .choices()
        .get(what)
        .flatMap(name -> ways.stream().filter(way -> way.name().equals(name)).findFirst())
        .map(this::build)
        .orElseGet(() -> measured(what, ways, new Way("own", t -> OwnKernels.build(step, t))));
  }

  /**
   * @param last resort, if there is no room to measure, or nothing works
   */
  private CompiledStep measured(String what, List<Way> ways, Way last) {
    if (!weights.arePlaced()) {
      ways.forEach(this::build);
      return build(last);
    }
    Optional<Way> fastest;
    try {
      fastest = fastest(ways);
    } catch (DeviceMemoryException e) {
      return build(last);
    }
    fastest.ifPresent(way -> driver.choices().put(what, way.name()));
    return build(fastest.orElse(last));
  }

  private Optional<Way> fastest(List<Way> ways) {
    DeviceWeights scratch = weights.scratch();
    Optional<Way> fastest = Optional.empty();
    long least = Long.MAX_VALUE;
    try {
      for (Way way : ways) {
        OptionalLong nanos = driver.measure(build(way, scratch).work());
        if (nanos.isPresent() && nanos.getAsLong() < least) {
          fastest = Optional.of(way);
          least = nanos.getAsLong();
        }
      }
    } finally {
      scratch.close();
    }
    return fastest;
  }

  private CompiledStep build(Way way) {
    return build(way, weights);
  }

  private CompiledStep build(Way way, DeviceWeights from) {
    StepScope scope = scope(from);
    String kernel = way.build().apply(scope);
    return new CompiledStep(List.copyOf(scope.launches.list()), kernel);
  }

  private StepScope scope(DeviceWeights from) {
    workspace.clear();
    return new StepScope(placement, base, from, workspace);
  }
}
