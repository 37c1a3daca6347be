package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.IntConsumer;

/** What runs allocate. */
public final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocations() {}

  /** Ten thousand of them. */
  static void assertNoneInSteadyState(IntConsumer run) {
    assertNoneInSteadyState(10_000, run);
  }

  /**
   * Asserts that runs allocate nothing. The first ones may: they make programs, and code that is
   * not compiled yet boxes its vectors.
   *
   * @param runs at once
   * @param run is given its number
   */
  public static void assertNoneInSteadyState(int runs, IntConsumer run) {
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 20 && allocated > runs * 4; round++) {
      List<Thread> counted = counted();
      long before = bytes(counted);
      for (int i = 0; i < runs; i++) {
        run.accept(i);
      }
      allocated = bytes(counted) - before;
    }
    assertTrue(allocated <= runs * 4, runs + " runs allocated " + allocated + " bytes");
  }

  /** This thread and all workers. */
  private static List<Thread> counted() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread == Thread.currentThread() || thread.getName().startsWith("vgnet-worker-"))
        .toList();
  }

  private static long bytes(List<Thread> threads) {
    long sum = 0;
    for (int i = 0; i < threads.size(); i++) {
      sum += THREADS.getThreadAllocatedBytes(threads.get(i).threadId());
    }
    return sum;
  }
}
