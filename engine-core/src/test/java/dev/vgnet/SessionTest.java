package dev.vgnet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import org.junit.jupiter.api.Test;

/** What a session checks itself, whatever the backend. */
class SessionTest {
  private static final Shape IMAGES = Shape.of(2, 3, 4, 4);

  private final Session session = open();

  /** A model whose output has the shape of its input. */
  private static Session open() {
    Node pool = new Node("pool", new Operator.MaxPool(1, 1, 0), List.of("x"));
    Metadata metadata =
        new Metadata(
            Preprocessing.imageNet(4), List.of(), new Metadata.Source("none", "none", "pool"));
    Graph graph = new Graph("x", 3, List.of(pool), List.of("pool"));
    Model model = Model.of(new ModelFile(graph, Map.of(), metadata));
    return Session.open(model, new Copying(), SessionOptions.builder().build());
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

  private static final class Copying implements Backend, CompiledModel {
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
    public void close() {}
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
