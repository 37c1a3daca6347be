package dev.vgnet.bench.measure;

import ai.onnxruntime.OrtException;
import dev.vgnet.bench.engine.Engine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs engines in turns until each has stopped getting faster, before anything counts. */
final class SteadyState {
  /** Rounds that are compared with as many before them. */
  private static final int WINDOW = 3;

  static final int LEAST_ROUNDS = 2 * WINDOW;

  private static final int MAX_ROUNDS = 40;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What takes at least this share of what it took before is not getting faster. */
  private static final double STEADY = 0.98;

  private SteadyState() {}

  /** Gives up after 40 rounds or 20 seconds: what is still drifting then is told as a doubt. */
  static void reach(List<Engine> engines) throws OrtException, InterruptedException {
    List<List<Double>> medians = new ArrayList<>();
    engines.forEach(_ -> medians.add(new ArrayList<>()));
    Set<Engine> unsteady = new HashSet<>(engines);
    long start = System.nanoTime();
    for (int round = 1; !unsteady.isEmpty() && round <= MAX_ROUNDS; round++) {
      for (int i = 0; i < engines.size(); i++) {
        if (engines.size() > 1) {
          Thread.sleep(NetworkBenchmark.SETTLE_MILLIS);
        }
        medians.get(i).add(turn(engines.get(i)));
        if (isSteady(medians.get(i)) || System.nanoTime() - start > MAX_NANOS) {
          unsteady.remove(engines.get(i));
        }
      }
    }
  }

  private static double turn(Engine engine) throws OrtException {
    List<Double> nanos = new ArrayList<>();
    long start = System.nanoTime();
    long end;
    do {
      long begin = System.nanoTime();
      engine.run();
      end = System.nanoTime();
      nanos.add((double) (end - begin));
    } while (end - start < TURN_NANOS);
    return median(nanos);
  }

  /** Whether the last turns were no faster than those before them. */
  static boolean isSteady(List<Double> turns) {
    int size = turns.size();
    return size >= LEAST_ROUNDS
        && median(turns.subList(size - WINDOW, size))
            >= STEADY * median(turns.subList(size - LEAST_ROUNDS, size - WINDOW));
  }

  private static double median(List<Double> values) {
    return Latency.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
