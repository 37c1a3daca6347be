package dev.vgnet.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.WarmUp;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.ImageShapeException;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session promises its callers, on every CPU backend. */
class SessionTest {
  private static final int CALLERS = 8;

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void eightThreadsGetTheirOwnResults(String backend) throws Exception {
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      inputs.add(images(Shape.of(1 + i % 3, 3, 16 + i, 20 - i), i));
    }
    try (Session session = open(backend, 2);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List<float[]> expected = inputs.stream().map(x -> session.run(x).toFloatArray()).toList();
      List<Future<?>> results = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        results.add(
            callers.submit(
                () -> {
                  for (int n = 0; n < 50; n++) {
                    float[] logits = session.run(inputs.get(caller)).toFloatArray();
                    assertArrayEquals(expected.get(caller), logits, "caller " + caller);
                  }
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void sessionsOfOneModelRunSideBySide(String backend) throws Exception {
    Model model = model();
    Tensor input = images(Shape.of(3, 3, 45, 39), 2);
    float[] expected;
    try (Session alone = open(model, backend, 2)) {
      expected = alone.run(input).toFloatArray();
    }
    CyclicBarrier both = new CyclicBarrier(2);
    try (ExecutorService callers = Executors.newFixedThreadPool(2)) {
      List<Future<?>> results = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        results.add(
            callers.submit(
                () -> {
                  try (Session session = open(model, backend, 2)) {
                    both.await();
                    for (int n = 0; n < 100; n++) {
                      assertArrayEquals(expected, session.run(input).toFloatArray());
                    }
                    return null;
                  }
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void closingWaitsForRunsInFlightAndRefusesLaterOnes(String backend) throws Exception {
    Session session = open(backend, 2);
    Tensor input = images(Shape.of(4, 3, 33, 31), 1);
    float[] expected = session.run(input).toFloatArray();
    CountDownLatch running = new CountDownLatch(CALLERS);
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        results.add(callers.submit(() -> runUntilClosed(session, input, expected, running)));
      }
      running.await();
      session.close();
      session.close();
      for (Future<Integer> result : results) {
        assertTrue(result.get() >= 1);
      }
    }
    assertThrows(IllegalStateException.class, () -> session.run(input));
    assertThrows(IllegalStateException.class, () -> session.report(input.shape()));
  }

  @Test
  void refusesCallsFromWithinARun() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Executor draining =
        task -> {
          tasks.add(task);
          while (!tasks.isEmpty()) {
            tasks.remove().run();
          }
        };
    SessionOptions options = SessionOptions.builder().threads(2).executor(draining).build();
    Tensor input = images(Shape.of(2, 3, 9, 9), 1);
    try (Session session = model().newSession(options)) {
      float[] expected = session.run(input).toFloatArray();
      List<Executable> calls =
          List.of(
              () -> session.run(input),
              () -> session.run(input.shape(), input.toFloatArray(), new float[10]),
              () -> session.warmUp(1),
              session::close);
      for (Executable call : calls) {
        tasks.add(
            () -> {
              Exception refusal = assertThrows(IllegalStateException.class, call);
              assertTrue(refusal.getMessage().contains("from within a run"), refusal.toString());
            });
        assertArrayEquals(expected, session.run(input).toFloatArray());
        assertTrue(tasks.isEmpty());
      }
    }
  }

  @Test
  @Timeout(60)
  void aForgottenSessionLeavesNoThreads() throws InterruptedException {
    Set<Thread> workers = workers();
    open("vector", 3).run(images(Shape.of(1, 3, 9, 9), 1));
    Set<Thread> own = workers();
    own.removeAll(workers);
    assertEquals(2, own.size());
    while (own.stream().anyMatch(Thread::isAlive)) {
      System.gc();
      Thread.sleep(10);
    }
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vgnet-worker-"))
        .collect(Collectors.toSet());
  }

  private static int runUntilClosed(
      Session session, Tensor input, float[] expected, CountDownLatch running) {
    int runs = 0;
    while (true) {
      try {
        assertArrayEquals(expected, session.run(input).toFloatArray());
      } catch (IllegalStateException _) {
        return runs;
      }
      if (runs++ == 0) {
        running.countDown();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void refusesWhatTheNetworkDoesNotAccept(String backend) {
    try (Session session = open(backend, 1)) {
      float[] pixels = new float[3 * 8 * 8];
      float[] logits = new float[5];
      Shape fits = Shape.of(1, 3, 8, 8);
      session.run(fits, pixels, logits);
      for (Shape shape :
          List.of(
              Shape.of(3, 8, 8),
              Shape.of(1, 4, 8, 8),
              Shape.of(0, 3, 8, 8),
              Shape.of(1, 3, 0, 8),
              Shape.of(1, 3, 8, 8, 1),
              Shape.of(),
              Shape.of(1 << 20, 3, 1 << 10, 1 << 10))) {
        assertThrows(
            ImageShapeException.class, () -> session.run(shape, pixels, logits), shape.toString());
      }
      Shape two = Shape.of(2, 3, 8, 8);
      assertThrows(IllegalArgumentException.class, () -> session.run(two, pixels, new float[10]));
      assertThrows(IllegalArgumentException.class, () -> session.run(fits, pixels, new float[4]));
    }
  }

  @Test
  void bothBackendsAgree() {
    Tensor input = images(Shape.of(3, 3, 29, 17), 5);
    // Fewer than 100 roundings of numbers below 8: sums of 27 and 12 products, and a mean of 135.
    float tolerance = 100 * Math.ulp(4f);
    try (Session reference = open("reference", 1);
        Session vector = open("vector", 2)) {
      assertArrayEquals(
          reference.run(input).toFloatArray(), vector.run(input).toFloatArray(), tolerance);
    }
  }

  @Test
  void warmsUpAndSaysSo() {
    Session session = open("vector", 2);
    WarmUp warmUp = session.warmUp(2);
    assertTrue(warmUp.runs() > 2, warmUp.toString());
    assertTrue(warmUp.fastest().compareTo(warmUp.duration()) < 0, warmUp.toString());
    session.close();
    assertThrows(IllegalStateException.class, () -> session.warmUp(1));
  }

  @Test
  void saysWhatItRunsOnAndWhyNot() {
    try (Session session = model().newSession(SessionOptions.defaults())) {
      assertEquals(Device.CPU, session.device());
      assertEquals("vector", session.backend());
      assertNotNull(session.report(Shape.of(1, 3, 8, 8)));
    }
    SessionOptions cuda = SessionOptions.builder().device(Device.CUDA).build();
    assertThrows(DeviceUnavailableException.class, () -> model().newSession(cuda));
    SessionOptions unknown = SessionOptions.builder().backend("abacus").build();
    assertThrows(DeviceUnavailableException.class, () -> model().newSession(unknown));
  }

  private static Session open(String backend, int threads) {
    return open(model(), backend, threads);
  }

  private static Session open(Model model, String backend, int threads) {
    return model.newSession(SessionOptions.builder().backend(backend).threads(threads).build());
  }

  private static Model model() {
    Random random = new Random(7);
    Map<String, Tensor> tensors = new HashMap<>();
    tensors.put("conv.weight", random(random, 12, 3, 3, 3));
    for (String name : List.of("weight", "bias", "running_mean", "running_var")) {
      tensors.put("norm." + name, positive(random, 12));
    }
    tensors.put("fc.weight", random(random, 5, 12));
    tensors.put("fc.bias", random(random, 5));
    GraphBuilder graph = new GraphBuilder("input", 3);
    graph.add("conv", new Operator.Conv2d("conv.weight", Optional.empty(), 2, 1, 1), "input");
    graph.add("act", new Operator.Activation(Operator.Function.SILU), "conv");
    graph.add("norm", Operator.BatchNorm.of("norm", 1e-5), "act");
    graph.add("pool", new Operator.GlobalAveragePool(), "norm");
    graph.add("flat", new Operator.Flatten(), "pool");
    graph.add("fc", new Operator.Linear("fc.weight", Optional.of("fc.bias")), "flat");
    Preprocessing preprocessing =
        new Preprocessing(
            8, 8, Interpolation.BILINEAR, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    Metadata metadata =
        new Metadata(preprocessing, List.of(), new Metadata.Source("none", "", "small"));
    return Model.of(new ModelFile(graph.build("fc"), tensors, metadata));
  }

  private static Tensor random(Random random, int... extents) {
    Shape shape = Shape.of(extents);
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(shape, values);
  }

  private static Tensor positive(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return Tensor.of(Shape.of(count), values);
  }

  private static Tensor images(Shape shape, long seed) {
    return random(new Random(seed), shape.toArray());
  }
}
