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
  ArchitectureInfo info() {
    return Workload.info(model);
  }

  /** Of a run, in GFLOP: two operations a multiply-accumulate. */
  double operations() {
    return 2e-9 * info().multiplyAccumulates() * batch;
  }

  boolean isSettingOf(NetworkResult result) {
    return result.model().equals(model) && result.batch() == batch && result.threads() == threads;
  }

  /** Whether a result holds all that is asked for, from as many JVMs at least. */
  boolean isAnsweredBy(NetworkResult result, Effort effort) {
    return isSettingOf(result)
        && engines.stream()
            .allMatch(
                kind ->
                    result.latency(kind).isPresent()
                        && result.effort(kind).forks() >= effort.forks());
  }

  @Override
  public String toString() {
    return "%s, batch %d, %s".formatted(model, batch, threads == 0 ? "GPU" : Size.threads(threads));
  }
}
