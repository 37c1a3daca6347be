package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a kernel takes over from its twin. */
class RehearsedKernelTest {
  private static final long INTERPRETED = 2_000_000;
  private static final long FIRST_COMPILER = 100_000;
  private static final long INTERPRETED_TWIN = 150_000;

  /** A kernel that takes as long as it is told to, as its code is at one stage or another. */
  private static final class Clock {
    private long nanos;
    private int runs;

    private Clock(long nanos) {
      this.nanos = nanos;
    }

    private void run() {
      runs++;
      long start = System.nanoTime();
      while (System.nanoTime() - start < nanos) {
        Thread.onSpinWait();
      }
    }
  }

  private final Clock twin = new Clock(INTERPRETED_TWIN);
  private final Clock generated = new Clock(INTERPRETED);

  private final RehearsedKernel<Clock> kernel =
      new RehearsedKernel<>(
          new Twin<>() {
            @Override
            public Clock kernel() {
              return twin;
            }

            @Override
            public Clock generate() {
              return generated;
            }

            @Override
            public long memory() {
              return 1;
            }

            @Override
            public void rehearse(Clock clock, float[] memory) {
              clock.run();
            }
          });

  @Test
  void beingFasterThanAnUncompiledTwinIsNotEnough() {
    kernel.rehearse(0);
    generated.nanos = FIRST_COMPILER;
    kernel.rehearse(0);
    kernel.rehearse(0);
    assertFalse(kernel.isSettled());
    assertSame(twin, kernel.kernel());
    generated.nanos = 0;
    kernel.rehearse(0);
    assertTrue(kernel.isSettled());
    assertSame(generated, kernel.kernel());
    int runs = generated.runs;
    kernel.rehearse(0);
    assertEquals(runs, generated.runs);
  }

  @Test
  void beingCompiledIsNotEnoughWhereTheTwinIsFaster() {
    kernel.rehearse(0);
    twin.nanos = 0;
    generated.nanos = INTERPRETED / 100;
    kernel.rehearse(0);
    assertFalse(kernel.isSettled());
    assertSame(twin, kernel.kernel());
  }
}
