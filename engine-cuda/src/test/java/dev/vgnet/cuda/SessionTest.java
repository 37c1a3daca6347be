package dev.vgnet.cuda;

import static dev.vgnet.cuda.SampleModels.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.Session;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Sessions that share a device: from several threads, and when its memory runs out. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class SessionTest {
  /** What weights take at the least. */
  private static final int WEIGHT_BYTES = 4 << 20;

  /** How far results may differ where kernels differ, as no other could be measured. */
  private static final float UNMEASURED = 1e-7f;

  private final SharedDevice device = new SharedDevice();

  @AfterEach
  void givesEverythingBack() {
    device.close();
  }

  @Test
  void sessionsOfOneModelRunAtTheSameTime() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4);
        Session one = device.session();
        Session other = device.session()) {
      assertEquals(Device.CUDA, one.device());
      List<float[]> expected = List.of(run(one, 1, 8), run(one, 2, 12), run(one, 3, 16));
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        Session session = thread % 2 == 0 ? one : other;
        running.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 12; i++) {
                    int kind = i % 3;
                    assertArrayEquals(
                        expected.get(kind), run(session, kind + 1, 8 + 4 * kind), "run " + i);
                  }
                }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    }
  }

  @Test
  void virtualThreadsComputeTheSame() throws Exception {
    float[] expected;
    try (Session session = device.session()) {
      expected = run(session, 2, 12);
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads
          .submit(
              () -> {
                try (Session own = device.session()) {
                  assertArrayEquals(expected, run(own, 2, 12));
                  assertArrayEquals(expected, run(own, 2, 12));
                }
              })
          .get();
    }
  }

  @Test
  void closingASessionLeavesTheOthersAlone() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(1);
        Session lasting = device.session()) {
      float[] expected = run(lasting, 2, 12);
      CountDownLatch done = new CountDownLatch(1);
      Future<Integer> runs =
          threads.submit(
              () -> {
                int count = 0;
                do {
                  assertArrayEquals(expected, run(lasting, 2, 12));
                  count++;
                } while (done.getCount() > 0);
                return count;
              });
      long alone = device.usedBytes();
      for (int i = 0; i < 10; i++) {
        try (Session brief = device.session()) {
          assertArrayEquals(expected, run(brief, 2, 12));
          assertTrue(device.usedBytes() > alone);
        }
        assertEquals(alone, device.usedBytes());
      }
      done.countDown();
      assertTrue(runs.get() > 0);
      assertArrayEquals(expected, run(lasting, 2, 12));
    }
  }

  @Test
  void closingWaitsForTheRunInFlight() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Session session = device.session();
      float[] expected = run(session, 2, 12);
      CountDownLatch started = new CountDownLatch(3);
      Future<?> runs =
          threads.submit(
              () -> {
                while (true) {
                  assertArrayEquals(expected, run(session, 2, 12));
                  started.countDown();
                }
              });
      started.await();
      session.close();
      assertEquals(0, device.usedBytes());
      ExecutionException end = assertThrows(ExecutionException.class, runs::get);
      assertEquals(IllegalStateException.class, end.getCause().getClass());
      session.close();
    }
  }

  /** Wherever memory runs out first, the error says so, and the session goes on. */
  @Test
  void remainsUsableWhateverCouldNotBeTaken() {
    float[] expected;
    float[] small;
    try (Session session = device.session()) {
      expected = run(session, 4, 16);
      small = run(session, 1, 8);
    }
    int failures = 0;
    for (int taking = 0; ; taking++) {
      try (Session session = device.session()) {
        EmulatedDriver driver = device.lastOpened();
        driver.refuse(taking);
        boolean ran;
        try {
          assertArrayEquals(expected, run(session, 4, 16), UNMEASURED, "what is not measured");
          ran = true;
        } catch (DeviceMemoryException e) {
          failures++;
          ran = false;
        }
        boolean refused = driver.hasRefused();
        assertTrue(ran || refused);
        assertArrayEquals(small, run(session, 1, 8), UNMEASURED);
        assertArrayEquals(expected, run(session, 4, 16), UNMEASURED);
        if (!refused) {
          break;
        }
      }
      assertEquals(0, device.usedBytes());
    }
    assertTrue(failures > 5, failures + " failures");
  }

  @Test
  void remainsUsableWhenABatchIsTooLarge() {
    try (Session session = device.session()) {
      float[] expected = run(session, 1, 8);
      long before = device.usedBytes();
      assertThrows(DeviceMemoryException.class, () -> run(session, 64, 256));
      assertTrue(device.usedBytes() < before, "the arena has been given back");
      assertArrayEquals(expected, run(session, 1, 8));
      assertEquals(before, device.usedBytes());
    }
  }

  @Test
  void givesTheArenaBackWhenWeightsDoNotFit() {
    try (Session session = device.session()) {
      int left = WEIGHT_BYTES + (1 << 19);
      session.allocate(Shape.of((int) (SharedDevice.CAPACITY - left) / Float.BYTES));
      assertThrows(DeviceMemoryException.class, () -> run(session, 4, 64));
      run(session, 1, 8);
    }
  }

  @Test
  void onesMemoryIsNotTheOthers() {
    try (Session small = device.session()) {
      float[] expected = run(small, 1, 8);
      try (Session large = device.session()) {
        long left = SharedDevice.CAPACITY - device.usedBytes();
        large.allocate(Shape.of((int) left / Float.BYTES));
        assertThrows(DeviceMemoryException.class, () -> run(small, 4, 64));
        assertThrows(DeviceMemoryException.class, () -> run(large, 1, 8));
      }
      assertArrayEquals(expected, run(small, 1, 8));
      run(small, 4, 64);
    }
  }
}
