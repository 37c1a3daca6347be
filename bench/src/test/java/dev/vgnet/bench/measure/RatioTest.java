package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatioTest {
  /**
   * By hand: the logarithms are ln 2 and ln 2 on either side, and t with two degrees of freedom is
   * 4.3027.
   */
  @Test
  void intervalOfThreeSamples() {
    Ratio ratio = Ratio.of(new double[] {1, 2, 4});
    double margin = 4.302652729911275 / Math.sqrt(3);
    assertEquals(2, ratio.ratio(), 1e-12);
    assertEquals(Math.pow(2, 1 - margin), ratio.low(), 1e-8);
    assertEquals(Math.pow(2, 1 + margin), ratio.high(), 1e-8);
  }

  /** Of 20 samples, the 6th and the 15th: 2 P(X <= 5) is 0.041, 2 P(X <= 6) is 0.115. */
  @Test
  void medianIsNotMovedByWhatIsFarOut() {
    double[] samples = IntStream.rangeClosed(1, 20).mapToDouble(i -> i == 20 ? 1e6 : i).toArray();
    assertEquals(new Ratio(10.5, 6, 15), Ratio.median(samples));
    assertEquals(new Ratio(2, 0, Double.POSITIVE_INFINITY), Ratio.median(new double[] {3, 2, 1}));
    assertEquals(new Ratio(3.5, 1, 6), Ratio.median(new double[] {6, 5, 4, 3, 2, 1}));
  }

  @Test
  void pairsAreComparedRoundByRound() {
    double[] lower = {1, 10, 100, 1, 10, 100};
    double[] twice = {2, 20, 200, 2, 20, 200};
    double[] half = {0.5, 5, 50, 0.5, 5, 50};
    assertEquals(new Ratio(2, 2, 2), Ratio.paired(List.of(twice), List.of(lower)));
    Ratio forks = Ratio.paired(List.of(twice, half, lower), List.of(lower, lower, lower));
    assertEquals(1, forks.ratio(), 1e-12);
    assertTrue(forks.low() < 1 && forks.high() > 1, forks::toString);
  }

  @Test
  void equalSamplesHaveNoSpread() {
    Ratio ratio = Ratio.of(new double[] {1.5, 1.5, 1.5, 1.5});
    assertEquals(1.5, ratio.low(), 1e-12);
    assertEquals(1.5, ratio.high(), 1e-12);
  }

  @Test
  void oneSampleSaysNothingOfTheSpread() {
    Ratio ratio = Ratio.of(new double[] {3});
    assertEquals(3, ratio.ratio(), 1e-12);
    assertEquals(0, ratio.low());
    assertEquals(Double.POSITIVE_INFINITY, ratio.high());
  }

  /** Of 2,000 intervals, 1,900 should hold the truth; 60 is six standard deviations. */
  @Test
  void coversTheTruthAsOftenAsItSays() {
    Random random = new Random(5);
    int covered = 0;
    for (int trial = 0; trial < 2_000; trial++) {
      double[] samples = new double[5];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = 1.25 * Math.exp(0.1 * random.nextGaussian());
      }
      Ratio ratio = Ratio.of(samples);
      covered += ratio.low() <= 1.25 && 1.25 <= ratio.high() ? 1 : 0;
    }
    assertTrue(Math.abs(covered - 1_900) <= 60, "covered " + covered);
  }
}
