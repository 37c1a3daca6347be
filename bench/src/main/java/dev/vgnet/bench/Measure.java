package dev.vgnet.bench;

import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/**
 * Measures many settings one after the other into a file; those it holds already are left alone,
 * unless they are asked for again.
 */
final class Measure {
  /**
   * What to measure.
   *
   * @param architectures a regular expression of their names
   * @param effort for each setting
   * @param peakEffort for the peak of the machine
   * @param again whether to measure what the file holds already
   */
  record Selection(
      Pattern architectures,
      List<Integer> batches,
      List<Integer> threads,
      Effort effort,
      Effort peakEffort,
      boolean again) {
    /** The networks chosen, as the zoo lists them. */
    List<String> names() {
      return Zoo.architectures().stream()
          .map(ArchitectureInfo::name)
          .filter(architectures.asMatchPredicate())
          .toList();
    }
  }

  private record Task<R>(
      String name, int threads, Predicate<R> isResult, Supplier<R> measurement) {}

  private final Selection selection;
  private final Conditions conditions;
  private final PrintStream out;
  private boolean failed;

  Measure(Selection selection, Conditions conditions, PrintStream out) {
    this.selection = selection;
    this.conditions = conditions;
    this.out = out;
  }

  /** Whether a setting could not be measured. */
  boolean failed() {
    return failed;
  }

  /** Whole networks beside ONNX Runtime. */
  ResultFile<NetworkResult> networks(Path path) throws IOException {
    List<Task<NetworkResult>> tasks = new ArrayList<>();
    for (String name : selection.names()) {
      for (int batch : selection.batches()) {
        for (int threads : selection.threads()) {
          tasks.add(
              new Task<>(
                  "%s, batch %d, threads %d".formatted(name, batch, threads),
                  threads,
                  r ->
                      r.architecture().equals(name) && r.batch() == batch && r.threads() == threads,
                  () ->
                      NetworkResult.measure(
                          name, batch, threads, selection.effort(), conditions.jvmFlags())));
        }
      }
    }
    ResultFile<NetworkResult> file = new ResultFile<>(path, NetworkResult.class, conditions);
    run(tasks, file, r -> "ratio %.2f".formatted(r.ratio().ratio()));
    return file;
  }

  /** Steps alone. */
  ResultFile<LayerResult> layers(Path path) throws IOException {
    List<Task<LayerResult>> tasks = new ArrayList<>();
    for (String name : selection.names()) {
      for (int threads : selection.threads()) {
        for (LayerResult.Layer layer : LayerResult.layers(name, threads)) {
          String step = layer.first().name();
          tasks.add(
              new Task<>(
                  "%s, %s, threads %d".formatted(name, step, threads),
                  threads,
                  r ->
                      r.architecture().equals(name)
                          && r.step().equals(step)
                          && r.threads() == threads,
                  () ->
                      LayerResult.measure(
                          name, layer, threads, selection.effort(), conditions.jvmFlags())));
        }
      }
    }
    ResultFile<LayerResult> file = new ResultFile<>(path, LayerResult.class, conditions);
    run(tasks, file, r -> "%.1f GFLOP/s".formatted(r.gflops()));
    return file;
  }

  private <R extends Record> void run(
      List<Task<R>> all, ResultFile<R> file, Function<R, String> summary) throws IOException {
    List<Task<R>> tasks =
        all.stream()
            .filter(task -> selection.again() || file.results().stream().noneMatch(task.isResult))
            .toList();
    if (tasks.isEmpty()) {
      return;
    }
    measurePeaks(tasks, file);
    long start = System.nanoTime();
    for (int i = 0; i < tasks.size(); i++) {
      Task<R> task = tasks.get(i);
      out.printf("[%d/%d] %s: ", i + 1, tasks.size(), task.name);
      out.flush();
      try {
        R result = task.measurement.get();
        file.replace(file.results().stream().filter(task.isResult).toList(), result);
        out.print(summary.apply(result));
      } catch (RuntimeException e) {
        failed = true;
        out.print("failed: " + e.getMessage());
      }
      double minutes = (System.nanoTime() - start) / 6e10 * (tasks.size() - i - 1) / (i + 1);
      out.printf("; %.0f min left%n", minutes);
    }
    measurePeaks(tasks, file);
  }

  /** Before and after: a machine that others use may be slow at one of the times. */
  private <R extends Record> void measurePeaks(List<Task<R>> tasks, ResultFile<R> file)
      throws IOException {
    for (int threads : new TreeSet<>(tasks.stream().map(Task::threads).toList())) {
      double peak = peak(threads);
      file.addPeak(threads, peak);
      out.printf("peak of %d threads: %.1f GFLOP/s%n", threads, peak);
    }
  }

  /** The most that threads reach together in one iteration, in GFLOP/s. */
  private double peak(int threads) {
    double peak = 0;
    for (RunResult method :
        Jmh.run(
            FmaPeak.class, Map.of(), selection.peakEffort(), 1, threads, conditions.jvmFlags())) {
      for (IterationResult iteration : Jmh.iterations(method, 0, 1).getFirst()) {
        peak = Math.max(peak, iteration.getSecondaryResults().get("flops").getScore());
      }
    }
    return peak;
  }
}
