package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.plan.Plan;
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
   * @param steps one, or a pair that is computed as one
   * @param kernel how, in words
   */
  record CompiledStep(List<Step> steps, List<Work> work, String kernel) {}

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
  List<CompiledStep> compile(Plan plan) {
    List<CompiledStep> compiled = new ArrayList<>();
    for (int i = 0; i < plan.steps().size(); i++) {
      Optional<Separable> pair = mayJoin() ? Separable.at(plan, i) : Optional.empty();
      if (pair.isPresent()) {
        compiled.addAll(joinedOrApart(pair.get()));
        i++;
      } else {
        Step step = plan.steps().get(i);
        compiled.add(build(List.of(step), fastest(step)));
      }
    }
    if (weights.arePlaced()) {
      driver.choices().save();
    }
    return compiled;
  }

  private boolean mayJoin() {
    return choice.allowsOwn() || driver.cudnn().isEmpty();
  }

  private List<CompiledStep> joinedOrApart(Separable pair) {
    Way first = fastest(pair.depthwise());
    Way second = fastest(pair.pointwise());
    Way joined = new Way("joined", target -> new Products(target).separable(pair));
    Way apart =
        new Way(
            "apart", target -> first.build().apply(target) + ", " + second.build().apply(target));
    StepScope scope = scope(weights.unplaced());
    String what =
        StepKey.of(pair.depthwise(), scope) + " then " + StepKey.of(pair.pointwise(), scope);
    return choose(what, List.of(joined, apart), apart) == joined
        ? List.of(build(List.of(pair.depthwise(), pair.pointwise()), joined))
        : List.of(
            build(List.of(pair.depthwise()), first), build(List.of(pair.pointwise()), second));
  }

  private Way fastest(Step step) {
    StepScope scope = scope(weights.unplaced());
    List<Way> ways = ways(step, scope);
    if (ways.size() == 1) {
      return ways.getFirst();
    }
    return choose(StepKey.of(step, scope), ways, own(step));
  }

  private static Way own(Step step) {
    return new Way("own", target -> OwnKernels.build(step, target));
  }

  private List<Way> ways(Step step, StepScope scope) {
    if (!choice.allowsCudnn() || driver.cudnn().isEmpty()) {
      return List.of(own(step));
    }
    List<Way> ways = new ArrayList<>();
    if (step instanceof Step.Pool pool) {
      Pools.byCudnn(pool, scope).ifPresent(ways::add);
    } else {
      ways.addAll(new CudnnConvolutions(driver.cudnn().get()).ways(step, scope));
    }
    if (choice.allowsOwn() || ways.isEmpty()) {
      ways.addFirst(own(step));
    }
    return ways;
  }

  /**
   * @param what is computed
   * @param last resort, if there is no room to measure, or nothing works
   */
  private Way choose(String what, List<Way> ways, Way last) {
    String key = choice + " " + what;
    return driver
        .choices()
        .get(key)
        .flatMap(name -> ways.stream().filter(way -> way.name().equals(name)).findFirst())
        .orElseGet(() -> measured(key, ways, last));
  }

  private Way measured(String key, List<Way> ways, Way last) {
    if (!weights.arePlaced()) {
      ways.forEach(way -> build(way, weights));
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

  private CompiledStep build(List<Step> steps, Way way) {
    Built built = build(way, weights);
    return new CompiledStep(steps, built.work(), built.kernel());
  }

  private record Built(List<Work> work, String kernel) {}

  private Built build(Way way, DeviceWeights from) {
    StepScope scope = scope(from);
    String kernel = way.build().apply(scope);
    return new Built(List.copyOf(scope.launches.list()), kernel);
  }

  private StepScope scope(DeviceWeights from) {
    workspace.clear();
    return new StepScope(placement, base, from, workspace);
  }
}
