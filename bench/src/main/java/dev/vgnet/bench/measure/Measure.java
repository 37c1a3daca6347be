package dev.vgnet.bench.measure;

import dev.vgnet.cli.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import me.tongfei.progressbar.ProgressBar;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/**
 * Measures many settings one after the other into a file; those it holds already are left alone,
 * unless they are asked for again. For one thread.
 */
public final class Measure {
  private static final Effort PEAK = new Effort(1, 5, 10, 200);

  /** Assumed to plan iterations, as is the rate of a GPU; no result depends on them. */
  private static final double SHARE_OF_PEAK = 0.5;

  private static final double GPU_GFLOPS = 1_000;

  private final Effort effort;
  private final Effort peakEffort;
  private final boolean again;
  private final Conditions conditions;
  private final PrintWriter out;
  private boolean failed;

  /**
   * @param effort for each setting
   * @param peakEffort for the peak of the machine
   * @param again whether to measure what the file holds already
   */
  public Measure(
      Effort effort, Effort peakEffort, boolean again, Conditions conditions, PrintWriter out) {
    this.effort = effort;
    this.peakEffort = peakEffort;
    this.again = again;
    this.conditions = conditions;
    this.out = out;
  }

  /** With the usual effort for the peak. */
  public Measure(Effort effort, boolean again, Conditions conditions, PrintWriter out) {
    this(effort, PEAK, again, conditions, out);
  }

  /**
   * One of many.
   *
   * @param operations of a run, in GFLOP
   * @param isResult whether a result makes this measurement unnecessary
   * @param isReplaced whether a result gives way to this measurement's
   */
  private record Task<R>(
      String name,
      int threads,
      int engines,
      double operations,
      Predicate<R> isResult,
      Predicate<R> isReplaced,
      BiFunction<Effort, Runnable, R> measurement) {}

  /** How a task is done on this machine, with as many iterations as runs of that length ask for. */
  private record Plan<R>(Task<R> task, Effort effort, double runMillis) {
    long millis() {
      return effort.plannedMillis(task.engines, runMillis);
    }
  }

  /** Whether a setting could not be measured. */
  public boolean failed() {
    return failed;
  }

  /**
   * Whole networks, each engine in turn; what is known of engines not asked for is kept.
   *
   * @param summary a line that is said of each result
   */
  public ResultFile<NetworkResult> networks(
      Path path, List<Setting> settings, Function<NetworkResult, String> summary)
      throws IOException {
    ResultFile<NetworkResult> file = new ResultFile<>(path, NetworkResult.class, conditions);
    List<Task<NetworkResult>> tasks = new ArrayList<>();
    for (Setting setting : settings) {
      tasks.add(
          task(
              setting,
              setting.engines().size(),
              result -> setting.isAnsweredBy(result, effort),
              setting::isSettingOf,
              (planned, onIteration) ->
                  file.results().stream()
                      .filter(setting::isSettingOf)
                      .reduce(
                          NetworkResult.measure(
                              setting, planned, conditions.jvmFlags(), onIteration),
                          NetworkResult::keeping)));
    }
    run(tasks, file, summary);
    return file;
  }

  /**
   * Engines that share the cores with others.
   *
   * @param summary as above
   */
  public ResultFile<SharingResult> sharing(
      Path path, List<Setting> settings, Function<SharingResult, String> summary)
      throws IOException {
    ResultFile<SharingResult> file = new ResultFile<>(path, SharingResult.class, conditions);
    int contentions = Contention.all(Runtime.getRuntime().availableProcessors()).size();
    List<Task<SharingResult>> tasks = new ArrayList<>();
    for (Setting setting : settings) {
      tasks.add(
          task(
              setting,
              contentions * setting.engines().size(),
              result -> result.isOf(setting),
              result -> result.isOf(setting),
              (planned, onTurn) ->
                  SharingResult.measure(setting, planned, conditions.jvmFlags(), onTurn)));
    }
    run(tasks, file, summary);
    return file;
  }

  private static <R> Task<R> task(
      Setting setting,
      int turns,
      Predicate<R> isResult,
      Predicate<R> isReplaced,
      BiFunction<Effort, Runnable, R> measurement) {
    return new Task<>(
        setting.toString(),
        setting.threads(),
        turns,
        setting.operations(),
        isResult,
        isReplaced,
        measurement);
  }

  /** Steps alone. */
  public ResultFile<LayerResult> layers(Path path, List<String> models, List<Integer> threads)
      throws IOException {
    List<Task<LayerResult>> tasks = new ArrayList<>();
    for (String model : models) {
      for (int count : threads) {
        for (LayerResult.Layer layer : LayerResult.layers(model, count)) {
          tasks.add(layerTask(model, count, layer));
        }
      }
    }
    ResultFile<LayerResult> file = new ResultFile<>(path, LayerResult.class, conditions);
    run(tasks, file, r -> "%.1f GFLOP/s".formatted(r.gflops()));
    return file;
  }

  private Task<LayerResult> layerTask(String model, int threads, LayerResult.Layer layer) {
    String step = layer.first().name();
    Predicate<LayerResult> isResult =
        r -> r.model().equals(model) && r.step().equals(step) && r.threads() == threads;
    return new Task<>(
        "%s, %s, %s".formatted(model, step, Size.threads(threads)),
        threads,
        1,
        0,
        isResult,
        isResult,
        (planned, onIteration) ->
            LayerResult.measure(
                model, layer, threads, planned, conditions.jvmFlags(), onIteration));
  }

  private <R extends Record> void run(
      List<Task<R>> all, ResultFile<R> file, Function<R, String> summary) throws IOException {
    List<Task<R>> tasks =
        all.stream()
            .filter(task -> again || file.results().stream().noneMatch(task.isResult))
            .toList();
    if (tasks.isEmpty()) {
      return;
    }
    measurePeaks(tasks, file);
    List<Plan<R>> plans = tasks.stream().map(task -> plan(task, file)).toList();
    long planned = plans.stream().mapToLong(Plan::millis).sum();
    long done = 0;
    long start = System.nanoTime();
    try (ProgressBar bar = Progress.start("measuring", planned)) {
      for (Plan<R> plan : plans) {
        bar.setExtraMessage(" " + plan.task.name);
        String outcome = run(plan, file, summary, bar);
        done += plan.millis();
        bar.stepTo(done);
        double minutes = (System.nanoTime() - start) / 6e10 * (planned - done) / done;
        say("%s: %s; %.0f min left", plan.task.name, outcome, minutes);
      }
    }
    measurePeaks(tasks, file);
  }

  private <R extends Record> Plan<R> plan(Task<R> task, ResultFile<R> file) {
    double gflops = task.threads > 0 ? SHARE_OF_PEAK * file.peak(task.threads) : GPU_GFLOPS;
    double runMillis = 1e3 * task.operations / gflops;
    return new Plan<>(task, effort.forRunsOf(runMillis), runMillis);
  }

  private <R extends Record> String run(
      Plan<R> plan, ResultFile<R> file, Function<R, String> summary, ProgressBar bar)
      throws IOException {
    Task<R> task = plan.task;
    long iteration = Math.round(plan.effort.iterationMillis(task.engines, plan.runMillis));
    try {
      R result = task.measurement.apply(plan.effort, () -> bar.stepBy(iteration));
      file.replace(file.results().stream().filter(task.isReplaced).toList(), result);
      return summary.apply(result);
    } catch (BenchmarkFailure e) {
      failed = true;
      Path log = file.path().resolveSibling("failed.log");
      Files.writeString(log, e.output(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return "failed: %s (see %s)".formatted(e.getMessage(), log);
    }
  }

  /** Before and after: a machine that others use may be slow at one of the times. */
  private <R extends Record> void measurePeaks(List<Task<R>> tasks, ResultFile<R> file)
      throws IOException {
    for (int threads : new TreeSet<>(tasks.stream().map(Task::threads).toList())) {
      if (threads > 0) {
        double peak = peak(threads);
        file.addPeak(threads, peak);
        say("peak of %s: %.1f GFLOP/s", Size.threads(threads), peak);
      }
    }
  }

  /** The most that threads reach together in one iteration, in GFLOP/s. */
  private double peak(int threads) {
    double peak = 0;
    for (RunResult method :
        Jmh.run(FmaPeak.class, Map.of(), peakEffort, 1, threads, conditions.jvmFlags(), () -> {})) {
      for (IterationResult iteration : Jmh.iterations(method, 0, 1).getFirst()) {
        peak = Math.max(peak, iteration.getSecondaryResults().get("flops").getScore());
      }
    }
    return peak;
  }

  private void say(String format, Object... values) {
    Progress.say(out, String.format(Locale.ROOT, format, values));
  }
}
