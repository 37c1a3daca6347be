package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.zoo.ArchitectureInfo;
import java.util.List;

/**
 * What is measured in one JMH run: engines that take turns.
 *
 * @param model as the zoo lists it; {@code +silu} behind it replaces the activations
 * @param batch images a run
 * @param threads of each engine; 0 on a GPU
 * @param engines the first is what the others are compared with
 */
public record Setting(String model, int batch, int threads, List<EngineKind> engines) {
  /** Assumed to plan iterations; no result depends on it. */
  private static final double GFLOPS = 50;

  ArchitectureInfo info() {
    return Workload.info(model);
  }

  /** About, in milliseconds. */
  double plannedRun() {
    return 2e-6 * info().multiplyAccumulates() * batch / GFLOPS;
  }

  boolean isSettingOf(NetworkResult result) {
    return result.model().equals(model) && result.batch() == batch && result.threads() == threads;
  }

  /** Whether a result holds all that is asked for. */
  boolean isAnsweredBy(NetworkResult result) {
    return isSettingOf(result)
        && engines.stream().map(EngineKind::id).allMatch(result.engines()::containsKey);
  }

  @Override
  public String toString() {
    return "%s, batch %d, %s".formatted(model, batch, threads == 0 ? "GPU" : Size.threads(threads));
  }
}
