package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.EngineKind;
import java.util.Arrays;
import java.util.List;

/**
 * What an engine did in one turn.
 *
 * @param engine its {@link EngineKind#id}
 * @param callers one for each session
 */
public record Slice(String engine, Contention contention, List<Caller> callers) {
  /**
   * One of the threads that call a session.
   *
   * @param millis of each run
   * @param elapsed milliseconds from the start of the first run to the end of the last
   */
  record Caller(double[] millis, double elapsed) {}

  /** Of all callers. */
  double[] runs() {
    return callers.stream().flatMapToDouble(caller -> Arrays.stream(caller.millis)).toArray();
  }

  /** Of all sessions together. */
  double imagesPerSecond(int batch) {
    return callers.stream()
        .mapToDouble(caller -> 1e3 * batch * caller.millis.length / caller.elapsed)
        .sum();
  }
}
