package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  /** What happens while the kernel is generated. */
  private Runnable generating = () -> {};

  private final RehearsedKernel<Clock> kernel =
      new RehearsedKernel<>(
          new Twin<>() {
            @Override
            public Clock kernel() {
              return twin;
            }

            @Override
            public Clock generate() {
              generating.run();
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
  void aKernelThatGetsNoFasterTakesOver() {
    kernel.rehearse(0);
    generated.nanos = FIRST_COMPILER;
    kernel.rehearse(0);
    assertFalse(kernel.isSettled());
    kernel.rehearse(TimeUnit.MILLISECONDS.toNanos(1100));
    assertTrue(kernel.isSettled());
    assertSame(generated, kernel.kernel());
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

  @Test
  void withoutACompilerTheTwinStaysUntilALaterAttempt() throws InterruptedException {
    kernel.rehearse(TimeUnit.SECONDS.toNanos(6));
    assertFalse(kernel.isSettled());
    assertSame(twin, kernel.kernel());
    assertFalse(kernel.rehearse(0), "at once");
    generated.nanos = 0;
    while (!kernel.rehearse(0)) {
      Thread.sleep(10);
    }
    assertTrue(kernel.isSettled());
    assertSame(generated, kernel.kernel());
  }

  @Test
  @Timeout(60)
  void whereMemoryIsShortTheTwinStaysUntilALaterAttempt() throws InterruptedException {
    generating =
        () -> {
          throw new OutOfMemoryError("Metaspace");
        };
    int attempts = 0;
    for (int i = 0; i < 1_000; i++) {
      attempts += kernel.rehearse(0) ? 1 : 0;
    }
    assertTrue(attempts >= 1 && attempts < 100, attempts + " attempts, each at the cost of a run");
    assertFalse(kernel.isSettled());
    assertSame(twin, kernel.kernel());
    generating = () -> {};
    while (!kernel.rehearse(0)) {
      Thread.sleep(10);
    }
    generated.nanos = 0;
    kernel.rehearse(0);
    assertSame(generated, kernel.kernel());
  }

  @Test
  void theTwinOfAKernelThatCannotBeMadeStaysForEver() {
    generating =
        () -> {
          throw new VerifyError();
        };
    kernel.rehearse(0);
    assertTrue(kernel.isSettled());
    assertSame(twin, kernel.kernel());
  }

  @Test
  void aKernelThatAnotherThreadRehearsesIsPassedBy() {
    generating =
        () ->
            assertFalse(
                CompletableFuture.supplyAsync(() -> kernel.rehearse(0))
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join());
    assertTrue(kernel.rehearse(0));
  }
}
