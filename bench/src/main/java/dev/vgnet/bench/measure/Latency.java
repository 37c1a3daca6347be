package dev.vgnet.bench.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.util.MultisetStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * How long a run takes.
 *
 * <p>Iterations take equally long, so that fast ones have more runs. They count no more than slow
 * ones.
 *
 * @param median of the iterations' medians; of their means where single runs are too short to be
 *     timed
 * @param p95 of all runs
 * @param p99 of all runs
 * @param runs how many were timed, in all forks
 * @param drift of the fork that changed most, from the first third of its iterations to the last: 0
 *     is steady, 0.1 is 10 % slower in the end
 * @param iterations for each fork, the median (or mean) of each iteration in turn
 */
public record Latency(
    double median, double p95, double p99, long runs, double drift, List<double[]> iterations) {
  /** What an iteration counts for, whatever runs it has. */
  private static final long ITERATION = 1 << 24;

  /** More than this is no steady state. */
  private static final double STEADY = 0.05;

  /** Refuses what a file holds only in part. */
  public Latency {
    Objects.requireNonNull(iterations);
    if (!(median > 0)) {
      throw new IllegalArgumentException("a median of " + median);
    }
  }

  /**
   * What JMH measured.
   *
   * @param forks for each fork, its iterations in turn
   */
  static Latency of(List<List<IterationResult>> forks) {
    return of(forks, iteration -> iteration.getPrimaryResult().getStatistics());
  }

  /**
   * Of runs that were timed one by one.
   *
   * @param forks for each fork, the milliseconds of the runs of each iteration in turn
   */
  static Latency ofRuns(List<List<double[]>> forks) {
    return of(
        forks,
        runs -> {
          MultisetStatistics statistics = new MultisetStatistics();
          Arrays.stream(runs).forEach(millis -> statistics.addValue(millis, 1));
          return statistics;
        });
  }

  private static <I> Latency of(List<List<I>> forks, Function<I, Statistics> statistics) {
    List<List<Statistics>> measured =
        forks.stream().map(fork -> fork.stream().map(statistics).toList()).toList();
    MultisetStatistics all = new MultisetStatistics();
    long runs = 0;
    for (Statistics iteration : measured.stream().flatMap(List::stream).toList()) {
      long each = ITERATION / iteration.getN();
      iteration
          .getRawData()
          .forEachRemaining(sample -> all.addValue(sample.getKey(), each * sample.getValue()));
      runs += iteration.getN();
    }
    List<double[]> medians =
        measured.stream()
            .map(fork -> fork.stream().mapToDouble(i -> i.getPercentile(50)).toArray())
            .toList();
    double drift =
        medians.stream()
            .map(Latency::drift)
            .reduce(0.0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
    return new Latency(
        median(medians.stream().flatMapToDouble(Arrays::stream).toArray()),
        all.getPercentile(95),
        all.getPercentile(99),
        runs,
        drift,
        medians);
  }

  /** How far the last third of a series is from the first, as a share of the first. */
  static double drift(double[] series) {
    int third = Math.ceilDiv(series.length, 3);
    double first = median(Arrays.copyOf(series, third));
    double last = median(Arrays.copyOfRange(series, series.length - third, series.length));
    return last / first - 1;
  }

  public static double median(double[] values) {
    return new Median().evaluate(values);
  }

  /** The median of all iterations, with its interval. */
  public Ratio spread() {
    return Ratio.median(iterations.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  public boolean steady() {
    return Math.abs(drift) <= STEADY;
  }
}
