package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void driftComparesTheThirdsAtBothEnds() {
    assertEquals(0.5, Latency.drift(new double[] {2, 2, 9, 2, 3, 3, 3, 3, 99}), 1e-12);
    assertEquals(-0.5, Latency.drift(new double[] {4, 3, 2}), 1e-12);
    assertEquals(0, Latency.drift(new double[] {7}), 0);
  }

  @Test
  void fivePercentIsSteadyStill() {
    assertTrue(latency(-0.05).steady());
    assertFalse(latency(-0.051).steady());
    assertFalse(latency(0.051).steady());
  }

  @Test
  void ofRunsOfAllForks() {
    double[] fast = {1, 1, 2};
    double[] slow = {5, 9, 7};
    Latency latency = Latency.ofRuns(List.of(List.of(fast, slow), List.of(fast, fast)));
    assertEquals(12, latency.runs());
    assertEquals(1, latency.median(), "of 1, 7, 1 and 1");
    assertEquals(6, latency.drift(), "of the fork that changed");
    assertArrayEquals(new double[] {1, 7}, latency.iterations().getFirst());
  }

  @Test
  void fastIterationsCountNoMoreThanSlowOnesForTheirManyRuns() {
    double[] fast = new double[98];
    Arrays.fill(fast, 1);
    double[] slow = {9, 9};
    Latency latency = Latency.ofRuns(List.of(List.of(fast, slow, slow)));
    assertEquals(102, latency.runs());
    assertEquals(9, latency.median());
    assertEquals(9, latency.p95());
  }

  private static Latency latency(double drift) {
    return new Latency(1, 1, 1, 6, drift, List.of(new double[] {9}, new double[] {1, 3, 2, 8}));
  }
}
