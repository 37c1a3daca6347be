package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cuda.driver.Choices;
import dev.vgnet.cuda.driver.CudnnAlgorithm;
import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.cuda.driver.Launch;
import dev.vgnet.cuda.driver.RecordingDriver;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.runtime.StepEvent;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory, programs and launches, on a device that only records them. */
class CudaModelTest {
  private static final int CHANNELS = 16;

  /** Stem, pointwise with activation, mean and linear. */
  private static final Graph GRAPH =
      new Graph(
          "x",
          3,
          List.of(
              new Node(
                  "stem", new Operator.Conv2d("stem", Optional.empty(), 2, 1, 1), List.of("x")),
              new Node(
                  "point",
                  new Operator.Conv2d("point", Optional.empty(), 1, 0, 1),
                  List.of("stem")),
              new Node("act", new Operator.Activation(Function.RELU), List.of("point")),
              new Node("mean", new Operator.GlobalAveragePool(), List.of("act")),
              new Node("flat", new Operator.Flatten(), List.of("mean")),
              new Node("head", new Operator.Linear("head", Optional.empty()), List.of("flat"))),
          List.of("head"));

  private static final Map<String, Tensor> TENSORS =
      Map.of(
          "stem", tensor(CHANNELS, 3, 3, 3),
          "point", tensor(CHANNELS, CHANNELS, 1, 1),
          "head", tensor(10, CHANNELS));

  private static final long WEIGHT_BYTES = 4L << 20;
  private static final long CAPACITY = WEIGHT_BYTES + (3L << 20);

  private final RecordingDriver driver = new RecordingDriver(CAPACITY);
  private final CudaModel model =
      new CudaModel(GRAPH, TENSORS, driver, Precision.FP32, KernelChoice.FASTEST);

  private static Tensor tensor(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, new float[(int) shape.elementCount()]);
  }

  @AfterEach
  void givesEverythingBack() {
    model.close();
    assertEquals(0, driver.taken());
    assertEquals(0, driver.hostBuffers());
    assertEquals(0, driver.replays);
    assertTrue(driver.closed);
  }

  private void run(int batch, int size) {
    Shape input = Shape.of(batch, 3, size, size);
    model.run(input, new float[(int) input.elementCount()], new float[1][10 * batch]);
  }

  @Test
  void launchesStepAfterStep() {
    run(2, 32);
    assertEquals(
        List.of(
            "importImages",
            "convolution",
            "productTile",
            "mapMean",
            "denseVectors",
            "exportValues"),
        driver.launched.stream().map(Launch::kernel).toList());
    Launch stem = driver.launched.get(1);
    assertEquals(2 * 16 * 16 * CHANNELS / 256, stem.columns());
    Launch mean = driver.launched.get(3);
    assertEquals(2, mean.columns(), "a block for each image");
    for (Launch launch : driver.launched) {
      assertTrue(RecordingDriver.addresses(launch).size() >= 2, launch.kernel());
    }
  }

  @Test
  void takesNothingMoreForWhatItHasSeen() {
    run(2, 32);
    run(1, 16);
    long taken = driver.taken();
    int buffers = driver.hostBuffers();
    for (int i = 0; i < 100; i++) {
      run(1 + i % 2, i % 2 == 0 ? 16 : 32);
    }
    assertEquals(taken, driver.taken());
    assertEquals(buffers, driver.hostBuffers());
    assertEquals(2, driver.replays);
  }

  @Test
  void keepsFewPrograms() {
    run(8, 64);
    for (int batch = 1; batch < 3 * Programs.MAX_PROGRAMS; batch++) {
      run(batch % 8 + 1, 8 + batch);
    }
    assertEquals(Programs.MAX_PROGRAMS, driver.replays);
  }

  @Test
  void capturesAgainInALargerArena() {
    run(1, 16);
    long small = driver.taken();
    run(4, 64);
    assertTrue(driver.taken() > small);
    assertEquals(1, driver.replays, "what knew the old addresses has gone");
    assertEquals(2, driver.blocks.size(), "weights and one arena");
  }

  @Test
  void remainsUsableWhenTheDeviceIsFull() {
    run(1, 16);
    assertThrows(DeviceMemoryException.class, () -> run(64, 128));
    driver.launched.clear();
    run(1, 16);
    assertEquals(6, driver.launched.size());
  }

  /** A virtual thread may lose the device wherever it waits for a lock. */
  @Test
  void buildsForVirtualThreadsOnAnother() throws InterruptedException {
    List<Boolean> virtual = new ArrayList<>();
    RecordingDriver other =
        new RecordingDriver(
            CAPACITY,
            Choices.inMemory(),
            Optional.of(_ -> List.of(new CudnnAlgorithm(0, WeightLayout.NHWC, 0))),
            _ -> {
              virtual.add(Thread.currentThread().isVirtual());
              return 1;
            });
    Thread.ofVirtual()
        .start(
            () -> {
              try (CudaModel built =
                  new CudaModel(GRAPH, TENSORS, other, Precision.FP32, KernelChoice.FASTEST)) {
                built.report(Shape.of(2, 3, 32, 32));
              }
            })
        .join();
    assertFalse(virtual.isEmpty());
    assertFalse(virtual.contains(true));
    assertTrue(other.closed);
  }

  @Test
  void needsHalfTheMemoryInHalfPrecision() {
    Shape input = Shape.of(2, 3, 32, 32);
    ExecutionReport single = model.report(input);
    RecordingDriver other = new RecordingDriver(CAPACITY);
    try (CudaModel halved =
        new CudaModel(GRAPH, TENSORS, other, Precision.FP16, KernelChoice.FASTEST)) {
      ExecutionReport half = halved.report(input);
      // 16 and 3 channels, of which the 3 need the room of 4 floats or of 8 halves.
      assertTrue(half.activationBytes() < single.activationBytes());
      assertEquals(single.steps().size(), half.steps().size());
    }
  }

  @Test
  void reportsAndProfilesTheSameSteps() {
    Shape input = Shape.of(2, 3, 32, 32);
    ExecutionReport report = model.report(input);
    assertEquals(
        List.of("input", "convolution", "pointwise", "global-average-pool", "linear", "output"),
        report.steps().stream().map(ExecutionReport.StepReport::kind).toList());
    long[] nanos = model.profile(input, new float[(int) input.elementCount()]);
    assertEquals(report.steps().size(), nanos.length);
    assertTrue(report.activationBytes() >= report.liveBytes());
  }

  @Test
  void recordedRunsGoStepByStep() throws IOException {
    Shape input = Shape.of(2, 3, 32, 32);
    List<ExecutionReport.StepReport> steps = model.report(input).steps();
    Path file = Files.createTempFile("steps", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable(StepEvent.NAME);
      recording.start();
      run(2, 32);
      recording.stop();
      recording.dump(file);
      List<RecordedEvent> events = RecordingFile.readAllEvents(file);
      assertEquals(
          steps.stream().map(step -> step.name() + " " + 2 * step.bytes()).toList(),
          events.stream().map(e -> e.getString("step") + " " + e.getLong("bytes")).toList());
      assertEquals(2, events.getFirst().getInt("images"));
    } finally {
      Files.delete(file);
    }
    assertEquals(6, driver.launched.size());
  }
}
