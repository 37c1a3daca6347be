package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StopwatchTest {
  @Test
  void givesUpWhatIsHopeless() {
    assertTrue(Stopwatch.isHopeless(50, 1_000_000));
    assertFalse(Stopwatch.isHopeless(3, 1_000_000), "it may be faster among its like");
    assertFalse(Stopwatch.isHopeless(50, Long.MAX_VALUE), "it is the first");
    assertFalse(Stopwatch.isHopeless(0.05, 3_000), "the host may have been timed");
  }
}
