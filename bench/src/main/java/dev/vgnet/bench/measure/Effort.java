package dev.vgnet.bench.measure;

/**
 * How long a setting is measured.
 *
 * @param forks JVMs that are started one after the other; 0 measures in this one
 * @param warmUps iterations before those that count, for each engine
 * @param iterations that count, for each engine
 * @param millis of an iteration; it holds one run at least
 */
public record Effort(int forks, int warmUps, int iterations, int millis) {
  private static final int LEAST_ITERATIONS = 6;

  /** Some engines look at their first runs to do the later ones better. */
  private static final int LEAST_WARM_UPS = 2;

  /** Of a JVM and its engines, until the first run. */
  private static final double START_MILLIS = 4_000;

  /** How long it takes about, in milliseconds, by so many engines whose runs take so long. */
  long plannedMillis(int engines, double runMillis) {
    int rounds = SteadyState.LEAST_ROUNDS + warmUps + iterations;
    return Math.round(
        forks * (START_MILLIS + engines * iterationMillis(engines, runMillis) * rounds));
  }

  /** How long an iteration takes, at least a run, with the pause between engines. */
  double iterationMillis(int engines, double runMillis) {
    return Math.max(millis, runMillis) + (engines > 1 ? NetworkBenchmark.SETTLE_MILLIS : 0);
  }

  /** Fewer iterations where each takes longer than planned because a run does. */
  Effort forRunsOf(double runMillis) {
    int fitting = (int) (iterations * millis / Math.max(millis, runMillis));
    int least = Math.min(LEAST_ITERATIONS, iterations);
    int warm = Math.min(warmUps, Math.max(fitting, LEAST_WARM_UPS));
    return new Effort(forks, warm, Math.max(fitting, least), millis);
  }
}
