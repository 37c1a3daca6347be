package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cuda.driver.Launch;
import dev.vgnet.cuda.driver.RecordingDriver;
import dev.vgnet.cuda.driver.RecordingDriver.Download;
import dev.vgnet.cuda.driver.RecordingDriver.Upload;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is copied between host and device, and when. */
class CopiesTest {
  /** Two pieces and a half. */
  private static final Shape INPUT = Shape.of(5, 2, 256, 256);

  private static final int NUMBERS = 5 * 2 * 256 * 256;
  private static final Graph GRAPH =
      new Graph(
          "x",
          2,
          List.of(new Node("mean", new Operator.GlobalAveragePool(), List.of("x"))),
          List.of("mean"));

  private final RecordingDriver driver = new RecordingDriver(1L << 30);
  private final CudaModel model =
      new CudaModel(GRAPH, Map.of(), driver, Precision.FP32, KernelChoice.FASTEST);

  @AfterEach
  void givesEverythingBack() {
    model.close();
    assertEquals(0, driver.hostBuffers());
  }

  private List<Upload> uploads() {
    return driver.asked.stream().filter(Upload.class::isInstance).map(Upload.class::cast).toList();
  }

  private static float[] filled(float value) {
    float[] images = new float[NUMBERS];
    Arrays.fill(images, value);
    return images;
  }

  @Test
  void writesAPieceWhileTheOneBeforeIsCopied() {
    model.run(INPUT, filled(1), new float[1][10]);
    driver.asked.clear();
    model.run(INPUT, filled(2), new float[1][10]);
    List<Upload> uploads = uploads();
    assertEquals(List.of(1 << 20, 1 << 20, 1 << 19), uploads.stream().map(Upload::bytes).toList());
    for (int i = 0; i < uploads.size(); i++) {
      Upload upload = uploads.get(i);
      assertEquals(uploads.getFirst().address() + ((long) i << 20), upload.address());
      assertEquals(2, upload.last(), "it is complete");
      assertEquals(
          i < uploads.size() - 1 ? 1 : Float.NaN, upload.after(), "the next is not written yet");
    }
  }

  @Test
  void readsNothingThatHasNotBeenCopied() {
    float[][] outputs = new float[1][10];
    model.run(INPUT, filled(1), outputs);
    List<String> order = new ArrayList<>();
    for (Record asked : driver.asked) {
      order.add(
          switch (asked) {
            case Launch launch -> launch.kernel();
            default -> asked.getClass().getSimpleName();
          });
    }
    int first = order.indexOf("importImages");
    assertEquals(List.of("Upload", "Upload", "Upload"), order.subList(first - 3, first));
    assertEquals(
        List.of("importImages", "mapMean", "exportValues", "Download", "Await"),
        order.subList(first, order.size()));
    Launch reading = (Launch) driver.asked.get(first);
    assertTrue(
        RecordingDriver.addresses(reading).contains(uploads().getFirst().address()),
        "the images are read where they were copied to");
    Launch writing = (Launch) driver.asked.get(first + 2);
    Download download = (Download) driver.asked.get(first + 3);
    assertTrue(RecordingDriver.addresses(writing).contains(download.address()));
    float[] expected = new float[10];
    Arrays.fill(expected, RecordingDriver.DOWNLOADED);
    assertArrayEquals(expected, outputs[0], "read after the device was awaited");
  }

  @Test
  void deviceMemoryIsWrittenInPiecesAndAwaited() {
    try (var memory = model.allocate(NUMBERS)) {
      memory.write(filled(3));
      assertEquals(3, uploads().size());
      assertEquals("Await", driver.asked.getLast().getClass().getSimpleName());
      float[] back = new float[NUMBERS];
      memory.read(back);
      assertEquals(RecordingDriver.DOWNLOADED, back[NUMBERS - 1]);
    }
  }
}
