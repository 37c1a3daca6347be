package dev.vgnet.cpu.vector;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.ChildJvm;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.StepEvent;
import dev.vgnet.runtime.StepRecording;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What recordings of the JDK's Flight Recorder show of a network. */
class StepEventTest {
  private static final int BATCH = 5;

  private final Random random = new Random(3);
  private final SampleNetwork network = new SampleNetwork(random, 3);
  private final Graph graph = winogradNetwork(network);

  @TempDir private Path folder;

  /** A step of several passes, one that workers share, and some that they do not. */
  private static Graph winogradNetwork(SampleNetwork net) {
    String stem = net.activation(net.conv("x", 3, 64, 3, 1, 1, 1, false), Function.RELU);
    String wide = net.conv(stem, 64, 64, 3, 1, 1, 1, false);
    return net.graph(net.squeezeExcite(net.depthwise(wide, 64, 64, 3, 2, 1, false), 64, 8));
  }

  @Test
  void partsAddUpToTheSteps() throws IOException {
    Shape input = Shape.of(BATCH, 3, 28, 28);
    for (int threads = 1; threads <= 3; threads++) {
      try (CompiledModel model = Check.compile(network, graph, threads)) {
        List<RecordedEvent> events = record(model, input);
        Map<String, Long> products = sums(events, "multiplyAccumulates");
        Map<String, Long> bytes = sums(events, "bytes");
        Map<String, Long> expectedProducts = new HashMap<>();
        Map<String, Long> expectedBytes = new HashMap<>();
        for (StepReport step : model.report(input).steps()) {
          String key = step.kind() + " " + step.name() + " " + step.kernel();
          expectedProducts.put(key, BATCH * step.multiplyAccumulates());
          expectedBytes.put(key, BATCH * step.bytes());
        }
        assertEquals(expectedProducts, products);
        assertEquals(expectedBytes, bytes);
        Set<Integer> images = new HashSet<>();
        for (RecordedEvent event : events) {
          images.add(event.getInt("firstImage"));
          assertEquals("CPU", event.getString("device"));
          assertTrue(event.getDuration().toNanos() >= 0);
        }
        assertEquals(Set.of(0, 1, 2, 3, 4), images);
      }
    }
  }

  @Test
  void nothingIsRecordedUnlessAskedFor() throws IOException {
    try (Recording recording = new Recording();
        CompiledModel model = Check.compile(network, graph, 2)) {
      recording.start();
      model.run(Shape.of(1, 3, 9, 9), new float[243], outputs(model, Shape.of(1, 3, 9, 9)));
      assertEquals(List.of(), stop(recording));
    }
  }

  /** It would start the recorder, which takes longer than many a first run. */
  @Test
  void theEventIsNotEvenLoadedWhereNobodyRecords() throws IOException, InterruptedException {
    List<String> lines =
        ChildJvm.run(OneRun.class, List.of("-Xlog:class+load"), VectorBackend.class, Graph.class);
    assertTrue(lines.stream().anyMatch(line -> line.contains(StepRecording.class.getName())));
    String event = StepEvent.class.getName();
    assertEquals(List.of(), lines.stream().filter(line -> line.contains(event)).toList());
  }

  /** What that process does. */
  static final class OneRun {
    private OneRun() {}

    public static void main(String[] arguments) {
      SampleNetwork network = new SampleNetwork(new Random(3), 3);
      try (CompiledModel model = Check.compile(network, winogradNetwork(network), 1)) {
        model.run(Shape.of(1, 3, 9, 9), new float[243], outputs(model, Shape.of(1, 3, 9, 9)));
      }
    }
  }

  /** The recorder has made the event's class its own by then, but does not want the event. */
  @Test
  void runsAllocateNothingBesideOtherRecordings() {
    Shape input = Shape.of(1, 3, 9, 9);
    SampleNetwork small = new SampleNetwork(random, 3);
    String stem = small.conv("x", 3, 28, 3, 2, 1, 1, false);
    Graph blocks = small.graph(small.squeezeExcite(small.pointwise(stem, 28, 28), 28, 8));
    try (Recording recording = new Recording();
        CompiledModel model = Check.compile(small, blocks, 2)) {
      recording.start();
      float[] images = Check.images(random, input);
      float[][] outputs = outputs(model, input);
      Allocations.assertNoneInSteadyState(_ -> model.run(input, images, outputs));
    }
  }

  private List<RecordedEvent> record(CompiledModel model, Shape input) throws IOException {
    try (Recording recording = new Recording()) {
      recording.enable(StepEvent.NAME);
      recording.start();
      model.run(input, Check.images(random, input), outputs(model, input));
      return stop(recording);
    }
  }

  private List<RecordedEvent> stop(Recording recording) throws IOException {
    recording.stop();
    Path file = folder.resolve("run.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().equals(StepEvent.NAME))
        .toList();
  }

  private static float[][] outputs(CompiledModel model, Shape input) {
    long numbers = model.report(input).steps().getLast().output().elementCount();
    return new float[][] {new float[(int) (input.extent(0) * numbers)]};
  }

  private static Map<String, Long> sums(List<RecordedEvent> events, String field) {
    return events.stream()
        .collect(
            groupingBy(
                event ->
                    event.getString("kind")
                        + " "
                        + event.getString("step")
                        + " "
                        + event.getString("kernel"),
                summingLong(event -> event.getLong(field))));
  }
}
