package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;

/** What runs allocate. */
final class Allocations {
  private static final int RUNS = 10_000;

  private Allocations() {}

  /**
   * Asserts that ten thousand runs allocate nothing. The first ones may: they make programs, and
   * code that is not compiled yet boxes its vectors.
   *
   * @param run is given its number
   */
  static void assertNoneInSteadyState(IntConsumer run) {
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 20 && allocated > RUNS * 4; round++) {
      long before = bytes();
      for (int i = 0; i < RUNS; i++) {
        run.accept(i);
      }
      allocated = bytes() - before;
    }
    assertTrue(allocated <= RUNS * 4, RUNS + " runs allocated " + allocated + " bytes");
  }

  /** Of this thread and all workers. */
  private static long bytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = threads.getCurrentThreadAllocatedBytes();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("vgnet-worker-")) {
        sum += threads.getThreadAllocatedBytes(thread.threadId());
      }
    }
    return sum;
  }
}
