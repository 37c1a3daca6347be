package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.SharingResult.Share;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the turns of all forks say. */
final class SharingSummary {
  private final Setting setting;
  private final List<List<Slice>> forks;
  private final int cores;

  private SharingSummary(Setting setting, List<List<Slice>> forks, int cores) {
    this.setting = setting;
    this.forks = forks;
    this.cores = cores;
  }

  /**
   * The share of each engine in each contention.
   *
   * @param forks for each JVM, its turns in order
   * @param cores of the machine
   */
  static List<Share> of(Setting setting, List<List<Slice>> forks, int cores) {
    SharingSummary summary = new SharingSummary(setting, forks, cores);
    List<Share> shares = new ArrayList<>();
    for (Contention contention : Contention.all(cores)) {
      for (EngineKind kind : setting.engines()) {
        shares.add(summary.share(kind, contention));
      }
    }
    return shares;
  }

  private Share share(EngineKind kind, Contention contention) {
    List<double[]> rounds = rates(kind, contention);
    return new Share(
        kind.id(),
        contention,
        Latency.ofRuns(
            forks.stream()
                .map(fork -> turns(fork, kind, contention).stream().map(Slice::runs).toList())
                .toList()),
        rounds.stream().flatMapToDouble(Arrays::stream).average().orElseThrow(),
        Ratio.paired(scaled(rates(kind, Contention.NONE), contention.sessions()), rounds),
        contention.fairSlowDown(setting.threads(), cores),
        Ratio.paired(rates(setting.engines().getFirst(), contention), rounds),
        rounds);
  }

  /** For each fork, the images a second of each round. */
  private List<double[]> rates(EngineKind kind, Contention contention) {
    return forks.stream()
        .map(
            fork ->
                turns(fork, kind, contention).stream()
                    .mapToDouble(slice -> slice.imagesPerSecond(setting.batch()))
                    .toArray())
        .toList();
  }

  private static List<double[]> scaled(List<double[]> series, double factor) {
    return series.stream()
        .map(values -> Arrays.stream(values).map(value -> factor * value).toArray())
        .toList();
  }

  private static List<Slice> turns(List<Slice> fork, EngineKind kind, Contention contention) {
    return fork.stream()
        .filter(s -> s.engine().equals(kind.id()) && s.contention().equals(contention))
        .toList();
  }
}
