package dev.vgnet.bench.measure;

import dev.vgnet.Session;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;

/**
 * One step of a network alone, for one image.
 *
 * @param step the first of the network's steps that are alike
 * @param alike how many there are: of the same kind, kernel, output, arithmetic and bytes
 * @param output {@code [C, H, W]}
 * @param multiplyAccumulates for one image
 * @param bytes it has to read and write, each once
 * @param measured the end of the measurement, UTC
 * @param load the load average over a minute, before and after
 * @param micros microseconds a run; an iteration counts as one sample
 */
public record LayerResult(
    String model,
    String step,
    int alike,
    int threads,
    String kind,
    String kernel,
    String output,
    long multiplyAccumulates,
    long bytes,
    String measured,
    Effort effort,
    double[] load,
    Latency micros) {
  /** Refuses what a file holds only in part. */
  public LayerResult {
    Stream.of(model, step, kind, kernel, output, measured, effort, load, micros)
        .forEach(Objects::requireNonNull);
  }

  /** Steps that are alike. */
  record Layer(StepReport first, int alike) {}

  /** What there is to measure in a network; outputs are copies of a few numbers and left out. */
  static List<Layer> layers(String model, int threads) {
    Workload workload = Workload.random(model, 1);
    Map<List<Object>, List<StepReport>> alike = new LinkedHashMap<>();
    try (Session session = workload.newSession(threads)) {
      for (StepReport step : session.report(workload.shape()).steps()) {
        if (!step.kind().equals("output")) {
          List<Object> key =
              List.of(
                  step.kind(),
                  step.kernel(),
                  step.output(),
                  step.multiplyAccumulates(),
                  step.bytes());
          alike.computeIfAbsent(key, _ -> new ArrayList<>()).add(step);
        }
      }
    }
    return alike.values().stream().map(steps -> new Layer(steps.getFirst(), steps.size())).toList();
  }

  /** Measures one layer. */
  static LayerResult measure(
      String model,
      Layer layer,
      int threads,
      Effort effort,
      List<String> jvmFlags,
      Runnable onIteration) {
    double before = Conditions.load();
    StepReport step = layer.first();
    Map<String, String> parameters =
        Map.of(
            "model", model,
            "step", step.name(),
            "threads", Integer.toString(threads));
    RunResult run =
        Jmh.run(StepBenchmark.class, parameters, effort, 1, 1, jvmFlags, onIteration)
            .iterator()
            .next();
    return new LayerResult(
        model,
        step.name(),
        layer.alike(),
        threads,
        step.kind(),
        step.kernel(),
        step.output().toString(),
        step.multiplyAccumulates(),
        step.bytes(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        effort,
        new double[] {before, Conditions.load()},
        Latency.of(Jmh.iterations(run, 0, 1)));
  }

  /** How fast it computes, in GFLOP/s: two operations a multiply-accumulate. */
  public double gflops() {
    return 2e-3 * multiplyAccumulates / micros.median();
  }

  /** How fast it moves what it has to move, in GB/s. */
  public double gigabytes() {
    return 1e-3 * bytes / micros.median();
  }
}
