package dev.vgnet.bench.measure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * A ratio that was measured several times. Of few samples: the geometric mean, and the 95 %
 * interval of Student's t over the logarithms. The interval is unbounded where one measurement is
 * all there is.
 */
public record Ratio(double ratio, double low, double high) {
  private static final double CONFIDENCE = 0.95;
  private static final int FORKS_FOR_AN_INTERVAL = 3;

  /** An interval is wide if its ends are further apart than this factor. */
  private static final double WIDE = 1.1;

  /**
   * Of two series that were measured in turns: of the medians of at least three forks, or of all
   * pairs of fewer.
   *
   * @param upper for each fork, what is divided
   * @param lower for each fork, as many divisors
   */
  static Ratio paired(List<double[]> upper, List<double[]> lower) {
    List<double[]> forks =
        IntStream.range(0, upper.size())
            .mapToObj(fork -> quotients(upper.get(fork), lower.get(fork)))
            .toList();
    return forks.size() >= FORKS_FOR_AN_INTERVAL
        ? of(forks.stream().mapToDouble(Latency::median).toArray())
        : median(forks.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  private static double[] quotients(double[] upper, double[] lower) {
    return IntStream.range(0, upper.length).mapToDouble(i -> upper[i] / lower[i]).toArray();
  }

  /** Whether the interval is too wide to say much. */
  public boolean wide() {
    return high > WIDE * low;
  }

  /**
   * The median of many samples, some of which may be far out, with the interval of the sign test:
   * from one of the sorted samples to another, whatever their distribution. Unbounded for fewer
   * than six.
   */
  static Ratio median(double[] samples) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    BinomialDistribution below = new BinomialDistribution(sorted.length, 0.5);
    int outside = 0;
    while (2 * below.cumulativeProbability(outside) <= 1 - CONFIDENCE) {
      outside++;
    }
    return new Ratio(
        Latency.median(sorted),
        outside == 0 ? 0 : sorted[outside - 1],
        outside == 0 ? Double.POSITIVE_INFINITY : sorted[sorted.length - outside]);
  }

  /** The ratio that samples of it point to. */
  static Ratio of(double[] samples) {
    SummaryStatistics logarithms = new SummaryStatistics();
    Arrays.stream(samples).map(Math::log).forEach(logarithms::addValue);
    double mean = logarithms.getMean();
    if (samples.length < 2) {
      return new Ratio(Math.exp(mean), 0, Double.POSITIVE_INFINITY);
    }
    double t =
        new TDistribution(samples.length - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
    double margin = t * logarithms.getStandardDeviation() / Math.sqrt(samples.length);
    return new Ratio(Math.exp(mean), Math.exp(mean - margin), Math.exp(mean + margin));
  }
}
