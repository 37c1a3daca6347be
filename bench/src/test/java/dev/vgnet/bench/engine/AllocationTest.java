package dev.vgnet.bench.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.vgnet.Session;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions of one thread, which computes all of a run, allocate nothing once they are warm. Between
 * them these networks have cascades, squeeze-excite, grouped and depthwise convolutions, Winograd's
 * filtering, pools, prologues, shuffles and fully connected layers.
 */
class AllocationTest {
  private static final int RUNS = 50;

  /** Asking for it allocates a little now and then. */
  private static final long MOST_BYTES = 16 * RUNS;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vgnetg_1_0mp_se",
        "mobilenet_v3_small",
        "shufflenet_v2_x0_5",
        "regnet_x_400mf_w384",
        "resnet18",
        "densenet121"
      })
  void aWarmRunAllocatesNothing(String model) {
    Workload workload = Workload.random(model, 1);
    try (Session session = workload.newSession(1)) {
      session.warmUp(workload.shape());
      float[] logits = new float[(int) session.outputShape(workload.shape()).elementCount()];
      long start = System.nanoTime();
      long bytes;
      do {
        bytes = allocated(() -> session.run(workload.shape(), workload.images(), logits));
      } while (bytes >= MOST_BYTES && System.nanoTime() - start < PATIENCE_NANOS);
      assertTrue(bytes < MOST_BYTES, bytes / RUNS + " bytes a run");
    }
  }

  private static long allocated(Runnable run) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < RUNS; i++) {
      run.run();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
