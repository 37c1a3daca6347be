package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns steps into work, each by the fastest of the ways that are allowed; which that is, is
 * measured once. For one thread.
 */
final class StepCompiler {
  /**
   * @param steps one, or several that are computed as one
   * @param neverStored outputs of all but the last, which kernels keep to themselves
   * @param kernel how, in words
   */
  record CompiledStep(List<Step> steps, List<Buffer> neverStored, List<Work> work, String kernel) {}

  /** Steps that are computed as one, and the way that was chosen. */
  private record Task(List<Step> steps, List<Buffer> neverStored, Way way) {}

  private final Driver driver;
  private final KernelChoice choice;
  private final DeviceWeights weights;
  private final Chooser chooser;

  StepCompiler(Driver driver, KernelChoice choice, DeviceWeights weights, Chooser chooser) {
    this.driver = driver;
    this.choice = choice;
    this.weights = weights;
    this.chooser = chooser;
  }

  /** The bytes that steps use beside the feature maps. */
  long workspaceSize() {
    return chooser.workspaceSize();
  }

  /** The work of all steps, one after the other. */
  List<CompiledStep> compile(Plan plan) {
    List<CompiledStep> compiled = new ArrayList<>();
    for (int i = 0; i < plan.steps().size(); ) {
      for (Task task : tasks(plan, i)) {
        compiled.add(build(task));
        i += task.steps.size();
      }
    }
    return compiled;
  }

  /** The step at some index, and those after it that may be computed with it as one. */
  private List<Task> tasks(Plan plan, int index) {
    Step step = plan.steps().get(index);
    if (!mayJoin()) {
      return List.of(alone(step));
    }
    Optional<Separable> pair = Separable.at(plan, index);
    List<Task> tasks = pair.map(this::joinedOrApart).orElseGet(() -> List.of(alone(step)));
    return Pooled.at(plan, index + (pair.isPresent() ? 1 : 0))
        .map(pooled -> pooledOrApart(tasks, pooled))
        .orElse(tasks);
  }

  private boolean mayJoin() {
    return choice.allowsOwn() || driver.cudnn().isEmpty();
  }

  private Task alone(Step step) {
    return new Task(List.of(step), List.of(), fastest(step));
  }

  private List<Task> joinedOrApart(Separable pair) {
    Way joined = new Way("joined", target -> new Products(target).separable(pair));
    Step between = pair.depthwise();
    Task asOne = new Task(List.of(between, pair.pointwise()), List.of(between.output()), joined);
    return cheaper(asOne, List.of(joined), List.of(alone(between), alone(pair.pointwise())));
  }

  /**
   * @param before how the producer is computed, and maybe the step before it
   */
  private List<Task> pooledOrApart(List<Task> before, Pooled pooled) {
    Task producer = before.getLast();
    List<Buffer> neverStored =
        Stream.of(producer.neverStored, pooled.neverStored()).flatMap(List::stream).toList();
    List<Task> apart =
        Stream.concat(Stream.of(producer), pooled.followers().stream().map(this::alone)).toList();
    List<Step> steps = apart.stream().flatMap(task -> task.steps.stream()).toList();
    List<Way> ways = pooled.ways(producing(producer), weights);
    Task asOne = new Task(steps, neverStored, ways.getFirst());
    return Stream.concat(
            before.subList(0, before.size() - 1).stream(), cheaper(asOne, ways, apart).stream())
        .toList();
  }

  /**
   * The fastest way to compute a producer, and the own one, which may sum up for less; all ways
   * while room is being found for whichever turns out to be the fastest.
   */
  private List<Way> producing(Task producer) {
    if (producer.steps.size() > 1) {
      return List.of(producer.way);
    }
    Step step = producer.steps.getFirst();
    if (!weights.arePlaced()) {
      return ways(step, chooser.unplacedScope());
    }
    Way own = OwnKernels.ways(step, weights).getLast();
    return own.name().equals(producer.way.name())
        ? List.of(producer.way)
        : List.of(producer.way, own);
  }

  /**
   * The faster of computing steps as one and of computing them apart.
   *
   * @param ways to compute them as one
   */
  private List<Task> cheaper(Task asOne, List<Way> ways, List<Task> apart) {
    Way oneByOne = new Way("apart", target -> oneByOne(apart, target));
    StepScope scope = chooser.unplacedScope();
    String what =
        asOne.steps.stream()
            .map(step -> StepKey.of(step, scope))
            .collect(Collectors.joining(" then "));
    List<Way> all = Stream.concat(ways.stream(), Stream.of(oneByOne)).toList();
    Way chosen = chooser.choose(what, asOne.steps, all, oneByOne);
    return chosen == oneByOne ? apart : List.of(new Task(asOne.steps, asOne.neverStored, chosen));
  }

  /** Each may use all of the workspace, as none reads what another has left there. */
  private static String oneByOne(List<Task> tasks, StepScope target) {
    List<String> words = new ArrayList<>();
    for (Task task : tasks) {
      target.workspace.clear();
      words.add(task.way.build().apply(target));
    }
    return String.join(", ", words);
  }

  private Way fastest(Step step) {
    StepScope scope = chooser.unplacedScope();
    List<Way> own = OwnKernels.ways(step, weights);
    List<Way> all = ways(step, scope);
    // Of cuDNN's, even the only one may be refused or wrong.
    return all.size() == 1 && all.getFirst().name().equals(own.getFirst().name())
        ? all.getFirst()
        : chooser.choose(StepKey.of(step, scope), List.of(step), all, own.getFirst());
  }

  private List<Way> ways(Step step, StepScope scope) {
    List<Way> own = OwnKernels.ways(step, weights);
    if (!choice.allowsCudnn() || driver.cudnn().isEmpty()) {
      return own;
    }
    List<Way> ways = new ArrayList<>();
    if (step instanceof Step.Pool pool) {
      Pools.byCudnn(pool, scope).ifPresent(ways::add);
    } else {
      ways.addAll(new CudnnConvolutions(driver.cudnn().get()).ways(step, scope));
    }
    if (choice.allowsOwn() || ways.isEmpty()) {
      ways.addAll(0, own);
    }
    return ways;
  }

  private CompiledStep build(Task task) {
    Chooser.Built built = chooser.build(task.way);
    return new CompiledStep(task.steps, task.neverStored, built.work(), built.kernel());
  }
}
