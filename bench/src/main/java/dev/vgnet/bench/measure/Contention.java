package dev.vgnet.bench.measure;

import java.util.List;
import java.util.stream.Stream;

/**
 * Who wants the cores at the same time.
 *
 * @param sessions of the engine that is measured, each with a caller of its own; at least 1
 * @param busyThreads that compute without pause and are no engine's
 */
public record Contention(int sessions, int busyThreads) {
  public static final Contention NONE = new Contention(1, 0);

  /** What is measured on a machine of so many cores, the undisturbed session first. */
  static List<Contention> all(int cores) {
    return Stream.of(NONE, new Contention(1, 1), new Contention(1, cores), new Contention(2, 0))
        .distinct()
        .toList();
  }

  /**
   * How much longer a session would take than alone if each thread had the same share of the cores,
   * at most a whole one.
   *
   * @param threads of each session
   */
  double fairSlowDown(int threads, int cores) {
    return share(threads, threads, cores) / share(threads, sessions * threads + busyThreads, cores);
  }

  /** The cores that some threads have among all that want one. */
  private static double share(int threads, int all, int cores) {
    return threads * Math.min(1, (double) cores / all);
  }

  /** As people call it: {@code alone}, {@code beside 2 busy threads}. */
  public String label() {
    if (sessions > 1) {
      return sessions + " sessions";
    }
    return switch (busyThreads) {
      case 0 -> "alone";
      case 1 -> "beside 1 busy thread";
      default -> "beside %d busy threads".formatted(busyThreads);
    };
  }
}
