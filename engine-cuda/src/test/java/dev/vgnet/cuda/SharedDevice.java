package dev.vgnet.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** An emulated device, and sessions of a small network on it. */
final class SharedDevice implements AutoCloseable {
  static final int CLASSES = 10;
  static final long CAPACITY = 32L << 20;

  private static final SessionOptions OPTIONS =
      SessionOptions.builder().backend(EmulatedBackend.NAME).build();
  private static final Model MODEL = model();

  private final EmulatedDriver device = new EmulatedDriver(Precision.FP32, CAPACITY);
  private final List<EmulatedDriver> opened = Collections.synchronizedList(new ArrayList<>());

  SharedDevice() {
    EmulatedBackend.setDevice(
        Optional.of(
            () -> {
              opened.add(device.another());
              return opened.getLast();
            }));
  }

  Session session() {
    return MODEL.newSession(OPTIONS);
  }

  /** What the last session uses. */
  EmulatedDriver lastOpened() {
    return opened.getLast();
  }

  /** The bytes that all sessions have taken. */
  long usedBytes() {
    return device.usedBytes();
  }

  /** All must have been given back. */
  @Override
  public void close() {
    EmulatedBackend.setDevice(Optional.empty());
    assertEquals(0, device.usedBytes());
  }

  static Shape images(int batch, int size) {
    return Shape.of(batch, 3, size, size);
  }

  static float[] numbers(Shape shape) {
    Random random = new Random(9);
    float[] numbers = new float[(int) shape.elementCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }

  static float[] run(Session session, int batch, int size) {
    Shape images = images(batch, size);
    return session.run(Tensor.of(images, numbers(images))).toFloatArray();
  }

  private static Model model() {
    Graph graph =
        new Graph(
            "x",
            3,
            List.of(
                node("stem", new Operator.Conv2d("stem", Optional.empty(), 2, 1, 1), "x"),
                node(
                    "each",
                    new Operator.DepthwiseConv2d("each", Optional.empty(), 1, 1, false),
                    "stem"),
                node("point", new Operator.Conv2d("point", Optional.empty(), 1, 0, 1), "each"),
                node("mean", new Operator.GlobalAveragePool(), "point"),
                node("flat", new Operator.Flatten(), "mean"),
                node("head", new Operator.Linear("head", Optional.empty()), "flat")),
            List.of("head"));
    Map<String, Tensor> tensors =
        Map.of(
            "stem", tensor(16, 3, 3, 3),
            "each", tensor(16, 1, 3, 3),
            "point", tensor(24, 16, 1, 1),
            "head", tensor(CLASSES, 24));
    Metadata metadata =
        new Metadata(
            Preprocessing.imageNet(16),
            Collections.nCopies(CLASSES, "a class"),
            new Metadata.Source("none", "0".repeat(64), "small"));
    return Model.of(new ModelFile(graph, tensors, metadata));
  }

  private static Node node(String name, Operator operator, String input) {
    return new Node(name, operator, List.of(input));
  }

  private static Tensor tensor(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, numbers(shape));
  }
}
