package dev.vgnet.bench.measure;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.EngineKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Engines on the same weights and images that share the cores with others, taking turns within each
 * fork.
 *
 * @param threads of each session
 * @param measured the end of the measurement, UTC
 * @param load the load average over a minute, before and after
 * @param shares by contention, the engines in turn
 */
public record SharingResult(
    String model,
    int batch,
    int threads,
    String measured,
    Effort effort,
    double[] load,
    List<Share> shares) {
  /** Refuses what a file holds only in part. */
  public SharingResult {
    Stream.of(model, measured, effort, load, shares).forEach(Objects::requireNonNull);
    shares.forEach(Objects::requireNonNull);
  }

  /**
   * What an engine got in one contention.
   *
   * @param engine its {@link EngineKind#id}
   * @param latency of the runs of all its sessions, in milliseconds
   * @param imagesPerSecond of all its sessions together, on average
   * @param slowDown how much longer a session takes for an image than alone, in the same round; by
   *     images a second, so that runs which had to wait count for all of their time
   * @param fairSlowDown what it would be if each thread had the same share of the cores
   * @param ratio the time of this engine for an image over that of the first one, in the same round
   * @param rounds images a second of each round, for each fork
   */
  public record Share(
      String engine,
      Contention contention,
      Latency latency,
      double imagesPerSecond,
      Ratio slowDown,
      double fairSlowDown,
      Ratio ratio,
      List<double[]> rounds) {
    /** Refuses what a file holds only in part. */
    public Share {
      Stream.of(engine, contention, latency, slowDown, ratio, rounds)
          .forEach(Objects::requireNonNull);
    }
  }

  /** Measures one setting. */
  static SharingResult measure(
      Setting setting, Effort effort, List<String> jvmFlags, Runnable onTurn) {
    double before = Conditions.load();
    List<List<Slice>> forks = new ArrayList<>();
    for (int fork = 0; fork < effort.forks(); fork++) {
      forks.add(fork(setting, effort, jvmFlags, onTurn));
    }
    return new SharingResult(
        setting.model(),
        setting.batch(),
        setting.threads(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        effort,
        new double[] {before, Conditions.load()},
        SharingSummary.of(setting, forks, Runtime.getRuntime().availableProcessors()));
  }

  /** The turns that count. */
  private static List<Slice> fork(
      Setting setting, Effort effort, List<String> jvmFlags, Runnable onTurn) {
    List<Slice> slices = new ArrayList<>();
    String engines =
        setting.engines().stream().map(EngineKind::id).collect(Collectors.joining("+"));
    int rounds = effort.warmUps() + effort.iterations();
    ChildJvm.run(
        SharedRuns.class,
        jvmFlags,
        List.of(
            setting.model(), setting.batch(), setting.threads(), engines, rounds, effort.millis()),
        line -> {
          slices.add(slice(line));
          onTurn.run();
        });
    int turns = slices.size() / rounds;
    return slices.subList(effort.warmUps() * turns, slices.size());
  }

  private static Slice slice(String line) {
    try {
      return JSON.std.beanFrom(Slice.class, line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isOf(Setting setting) {
    return model.equals(setting.model())
        && batch == setting.batch()
        && threads == setting.threads();
  }
}
