package dev.vgnet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.DeviceMemory;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session checks itself, whatever the backend. */
class SessionTest {
  private static final Shape IMAGES = Shape.of(2, 3, 4, 4);

  private final Copying backend = new Copying();
  private final Session session = open(backend);

  /** A model whose output has the shape of its input. */
  private static Model model() {
    Node pool = new Node("pool", new Operator.MaxPool(1, 1, 0), List.of("x"));
    Metadata metadata =
        new Metadata(
            Preprocessing.imageNet(4), List.of(), new Metadata.Source("none", "none", "pool"));
    Graph graph = new Graph("x", 3, List.of(pool), List.of("pool"));
    return Model.of(new ModelFile(graph, Map.of(), metadata));
  }

  private static Session open(Backend backend) {
    return Session.open(model(), backend, SessionOptions.builder().build());
  }

  @Test
  void aDeviceThatCannotBeOpenedGivesWayOnlyIfNoneWasAskedFor() {
    Backend taken = new Taken();
    try (Session any = open(Device.AUTO, taken)) {
      assertEquals(backend.name(), any.backend());
    }
    assertThrows(DeviceMemoryException.class, () -> open(Device.CUDA, taken));
  }

  private Session open(Device device, Backend gpu) {
    return Session.open(
        model(),
        SessionOptions.builder().device(device).build(),
        wanted -> wanted == Device.CPU ? backend : gpu);
  }

  /** A GPU whose memory others have taken. */
  private record Taken() implements Backend {
    @Override
    public Device device() {
      return Device.CUDA;
    }

    @Override
    public String name() {
      return "taken";
    }

    @Override
    public int priority() {
      return 2;
    }

    @Override
    public Availability probe() {
      return new Availability(true, "a GPU");
    }

    @Override
    public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
      throw new DeviceMemoryException("1 GiB asked for, 0 bytes free");
    }
  }

  @Test
  void refusesToWriteOverTheImagesThatItReads() {
    float[] images = new float[(int) IMAGES.elementCount()];
    images[7] = 7;
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> session.run(IMAGES, images, images));
    assertEquals("images and output are in the same place", refusal.getMessage());
    float[] output = new float[images.length];
    session.run(IMAGES, images, output);
    assertArrayEquals(images, output);
  }

  @Test
  void refusesToWriteOverTheTensorThatItReads() {
    DeviceTensor images = session.allocate(IMAGES);
    assertThrows(IllegalArgumentException.class, () -> session.run(images, images));
    session.run(images, session.allocate(IMAGES));
  }

  @Test
  void tellsNoShapeOnceItIsClosed() {
    assertEquals(IMAGES, session.outputShape(IMAGES));
    session.close();
    assertThrows(IllegalStateException.class, () -> session.outputShape(IMAGES));
  }

  @Test
  void tellsMoreShapesThanItRemembers() {
    for (int round = 0; round < 2; round++) {
      for (int size = 1; size <= 40; size++) {
        Shape images = Shape.of(1, 3, size, 41 - size);
        assertEquals(images, session.outputShape(images));
      }
    }
  }

  @Test
  @Timeout(60)
  void tellsAShapeWhileImagesRun() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    FutureTask<float[]> inFlight = startRunThatLastsUntil(end);
    FutureTask<Shape> shape = new FutureTask<>(() -> session.outputShape(IMAGES));
    start(shape);
    assertEquals(IMAGES, shape.get());
    end.countDown();
    inFlight.get();
  }

  @Test
  @Timeout(60)
  void closingLetsTheRunInFlightEndAndRefusesThoseThatWait() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    FutureTask<float[]> inFlight = startRunThatLastsUntil(end);
    FutureTask<float[]> waiting = new FutureTask<>(this::runOnce);
    FutureTask<Void> closing = new FutureTask<>(session::close, null);
    awaitItsTurn(start(waiting));
    awaitItsTurn(start(closing));
    assertThrows(IllegalStateException.class, this::runOnce);
    assertEquals(0, backend.closed);
    end.countDown();
    assertEquals(IMAGES.elementCount(), inFlight.get().length);
    closing.get();
    ExecutionException refusal = assertThrows(ExecutionException.class, waiting::get);
    assertInstanceOf(IllegalStateException.class, refusal.getCause());
    session.close();
    assertEquals(1, backend.runs);
    assertEquals(1, backend.closed);
  }

  @Test
  void anInterruptEndsTheWarmUpButNoRun() {
    backend.duringRun = () -> Thread.currentThread().interrupt();
    WarmUp warmUp = session.warmUp(IMAGES);
    assertTrue(Thread.interrupted());
    assertEquals(1, warmUp.runs());
    assertFalse(warmUp.steady());
  }

  private float[] runOnce() {
    float[] output = new float[(int) IMAGES.elementCount()];
    session.run(IMAGES, new float[output.length], output);
    return output;
  }

  private FutureTask<float[]> startRunThatLastsUntil(CountDownLatch end)
      throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    backend.duringRun =
        () -> {
          begun.countDown();
          assertDoesNotThrow(() -> end.await());
        };
    FutureTask<float[]> run = new FutureTask<>(this::runOnce);
    start(run);
    begun.await();
    return run;
  }

  private static Thread start(Runnable task) {
    return Thread.ofPlatform().daemon().start(task);
  }

  /** Waits until a thread waits for the session. */
  private static void awaitItsTurn(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
  }

  /** Counts without locks, as a session lets one thread in at a time. */
  private static final class Copying implements Backend, CompiledModel {
    private volatile Runnable duringRun = () -> {};
    private volatile int runs;
    private volatile int closed;

    @Override
    public String name() {
      return "copying";
    }

    @Override
    public Device device() {
      return Device.CPU;
    }

    @Override
    public int priority() {
      return 0;
    }

    @Override
    public Availability probe() {
      return new Availability(true, "always");
    }

    @Override
    public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
      return this;
    }

    @Override
    public void run(Shape input, float[] images, float[][] outputs) {
      runs++;
      duringRun.run();
      System.arraycopy(images, 0, outputs[0], 0, images.length);
    }

    @Override
    public DeviceMemory allocate(int numbers) {
      return new Nowhere();
    }

    @Override
    public void run(Shape input, DeviceMemory images, DeviceMemory output) {}

    @Override
    public ExecutionReport report(Shape input) {
      throw new AssertionError("not asked for");
    }

    @Override
    public long[] profile(Shape input, float[] images) {
      throw new AssertionError("not asked for");
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private static final class Nowhere implements DeviceMemory {
    @Override
    public void write(float[] values) {}

    @Override
    public void read(float[] values) {}

    @Override
    public void close() {}
  }
}
