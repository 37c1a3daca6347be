package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.engine.Engine;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteadyStateTest {
  @Test
  void whatGetsFasterIsNotSteady() {
    assertFalse(SteadyState.isSteady(List.of(1.0, 1.0, 1.0, 1.0, 1.0)), "too few");
    assertFalse(SteadyState.isSteady(List.of(9.0, 2.0, 1.1, 1.1, 1.0, 1.0)));
    assertTrue(SteadyState.isSteady(List.of(9.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0)));
    assertTrue(SteadyState.isSteady(List.of(1.0, 1.0, 1.0, 1.5, 1.5, 1.5)), "it got slower");
  }

  @Test
  void enginesTakeTurnsUntilTheLastOfThemIsSteady() throws Exception {
    Slowing one = new Slowing(0);
    Slowing other = new Slowing(200);
    SteadyState.reach(List.of(one, other));
    assertTrue(one.runs > 6, one.runs + " runs");
    assertEquals(one.runs, other.runs);
  }

  /** It takes as long as a turn, and at first some more. */
  private static final class Slowing implements Engine {
    private int runs;
    private long more;

    private Slowing(long more) {
      this.more = more;
    }

    @Override
    public void run() {
      runs++;
      long start = System.nanoTime();
      long millis = 100 + more;
      more /= 2;
      while (System.nanoTime() - start < millis * 1_000_000) {
        Thread.onSpinWait();
      }
    }

    @Override
    public float[] logits() {
      return new float[0];
    }

    @Override
    public void close() {}
  }
}
