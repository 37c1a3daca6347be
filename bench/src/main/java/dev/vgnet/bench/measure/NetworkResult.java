package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Versions;
import dev.vgnet.zoo.ArchitectureInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;

/**
 * Engines on the same weights and images, taking turns within each fork.
 *
 * @param threads of each engine; 0 on a GPU
 * @param imageSize side of the square images, in pixels
 * @param parameters that are learned
 * @param multiplyAccumulates of one image
 * @param measured the end of the measurement, UTC
 * @param commit the state of this engine, as git describes it; empty where that is not known
 * @param load the load average over a minute, before and after
 * @param engines milliseconds a run, by {@link EngineKind#id}; on the CPU this engine is among them
 * @param ratios each further engine's time over the first one's, in two iterations of the same
 *     round; a sample is the median of a fork's or, with fewer than three forks, one of them
 * @param earlier by {@link EngineKind#id}, the engines that were not measured again with the
 *     others; their ratio is to the first one as it was then
 */
public record NetworkResult(
    String model,
    int batch,
    int threads,
    int imageSize,
    long parameters,
    long multiplyAccumulates,
    String measured,
    String commit,
    Effort effort,
    double[] load,
    Map<String, Latency> engines,
    Map<String, Ratio> ratios,
    Map<String, Earlier> earlier) {
  private static final String OURS = EngineKind.VGNET.id();

  /**
   * The measurement that an engine's figures come from, if it is not the last one.
   *
   * @param measured as above
   * @param commit as above
   * @param effort as above
   * @param load as above
   * @param first what the first engine took then
   */
  public record Earlier(
      String measured, String commit, Effort effort, double[] load, Latency first) {
    /** Refuses what a file holds only in part. Early ones have no {@code commit}. */
    public Earlier {
      commit = commit == null ? "" : commit;
      Stream.of(measured, effort, load, first).forEach(Objects::requireNonNull);
    }
  }

  /**
   * Refuses what a file holds only in part. Early ones have no {@code earlier} and no {@code
   * commit}.
   */
  public NetworkResult {
    commit = commit == null ? "" : commit;
    earlier = earlier == null ? Map.of() : earlier;
    Stream.of(model, measured, effort, load, engines, ratios).forEach(Objects::requireNonNull);
    boolean hasFirst = threads == 0 ? !engines.isEmpty() : engines.containsKey(OURS);
    if (batch < 1 || !hasFirst) {
      throw new IllegalArgumentException("a batch of %d by %s".formatted(batch, engines.keySet()));
    }
  }

  /** Measures one setting. */
  static NetworkResult measure(
      Setting setting, Effort effort, List<String> jvmFlags, Runnable onIteration) {
    double before = Conditions.load();
    List<EngineKind> kinds = setting.engines();
    Map<String, String> parameters =
        Map.of(
            "model", setting.model(),
            "batch", Integer.toString(setting.batch()),
            "threads", Integer.toString(setting.threads()),
            "engines", kinds.stream().map(EngineKind::id).collect(Collectors.joining("+")));
    RunResult run =
        Jmh.run(NetworkBenchmark.class, parameters, effort, kinds.size(), 1, jvmFlags, onIteration)
            .iterator()
            .next();
    Map<String, Latency> engines = new LinkedHashMap<>();
    Map<String, Ratio> ratios = new LinkedHashMap<>();
    for (int turn = 0; turn < kinds.size(); turn++) {
      Latency latency = Latency.of(Jmh.iterations(run, turn, kinds.size()));
      engines.put(kinds.get(turn).id(), latency);
      if (turn > 0) {
        Latency first = engines.get(kinds.getFirst().id());
        ratios.put(kinds.get(turn).id(), Ratio.paired(latency.iterations(), first.iterations()));
      }
    }
    ArchitectureInfo info = setting.info();
    return new NetworkResult(
        setting.model(),
        setting.batch(),
        setting.threads(),
        info.imageSize(),
        info.parameters(),
        info.multiplyAccumulates(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Versions.commit(),
        effort,
        new double[] {before, Conditions.load()},
        engines,
        ratios,
        Map.of());
  }

  /** This, with what is known of other engines from a measurement of the same setting before. */
  public NetworkResult keeping(NetworkResult before) {
    Map<String, Latency> allEngines = new LinkedHashMap<>(engines);
    before.engines.forEach(allEngines::putIfAbsent);
    Map<String, Ratio> allRatios = new LinkedHashMap<>(ratios);
    before.ratios.forEach(allRatios::putIfAbsent);
    Latency first = before.engines.values().iterator().next();
    Earlier then = new Earlier(before.measured, before.commit, before.effort, before.load, first);
    Map<String, Earlier> kept = new LinkedHashMap<>();
    before.engines.keySet().forEach(id -> kept.put(id, before.earlier.getOrDefault(id, then)));
    kept.keySet().removeAll(engines.keySet());
    return new NetworkResult(
        model,
        batch,
        threads,
        imageSize,
        parameters,
        multiplyAccumulates,
        measured,
        commit,
        effort,
        load,
        allEngines,
        allRatios,
        kept);
  }

  /** What an engine took, if it was measured. */
  public Optional<Latency> latency(EngineKind kind) {
    return Optional.ofNullable(engines.get(kind.id()));
  }

  /** How much longer an engine took than the first one. */
  public Optional<Ratio> ratio(EngineKind kind) {
    return Optional.ofNullable(ratios.get(kind.id()));
  }

  /** Where an engine's figures come from, if it was not measured again with the others. */
  public Optional<Earlier> earlier(EngineKind kind) {
    return Optional.ofNullable(earlier.get(kind.id()));
  }

  /** How long an engine was measured for its figures. */
  Effort effort(EngineKind kind) {
    return earlier(kind).map(Earlier::effort).orElse(effort);
  }

  /** How many images an engine computes in a second. */
  public double imagesPerSecond(EngineKind kind) {
    return 1e3 * batch / engines.get(kind.id()).median();
  }

  /** How fast an engine computes, in GFLOP/s: two operations a multiply-accumulate. */
  public double gflops(EngineKind kind) {
    return 2e-6 * multiplyAccumulates * batch / engines.get(kind.id()).median();
  }
}
