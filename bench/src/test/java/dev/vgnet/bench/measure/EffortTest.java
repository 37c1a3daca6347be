package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EffortTest {
  private static final Effort EFFORT = new Effort(3, 10, 30, 100);

  @Test
  void shortRunsChangeNothing() {
    assertEquals(EFFORT, EFFORT.forRunsOf(99));
  }

  @Test
  void longRunsMakeFewerIterationsButNeverTooFew() {
    assertEquals(new Effort(3, 10, 15, 100), EFFORT.forRunsOf(200));
    assertEquals(new Effort(3, 3, 6, 100), EFFORT.forRunsOf(1_000));
    assertEquals(new Effort(3, 2, 6, 100), EFFORT.forRunsOf(9_000));
    assertEquals(new Effort(1, 1, 3, 10), new Effort(1, 1, 3, 10).forRunsOf(20));
  }
}
