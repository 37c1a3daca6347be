package dev.vgnet.bench;

/**
 * How long a setting is measured.
 *
 * @param forks JVMs that are started one after the other; 0 measures in this one
 * @param warmUps iterations before those that count, for each engine
 * @param iterations that count, for each engine
 * @param millis of an iteration; it holds one run at least
 */
record Effort(int forks, int warmUps, int iterations, int millis) {
  private static final int LEAST_ITERATIONS = 6;

  /** Fewer iterations where each takes longer than planned because a run does. */
  Effort forRunsOf(double runMillis) {
    int fitting = (int) (iterations * millis / Math.max(millis, runMillis));
    int least = Math.min(LEAST_ITERATIONS, iterations);
    return new Effort(forks, Math.min(warmUps, fitting), Math.max(fitting, least), millis);
  }
}
