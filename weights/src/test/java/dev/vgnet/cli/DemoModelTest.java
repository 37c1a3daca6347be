package dev.vgnet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.image.ImageClassifier;
import dev.vgnet.image.ImageFiles;
import dev.vgnet.image.Preprocessor;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Checkpoints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bundled model against what PyTorch said of the held-out pictures when it was trained. */
class DemoModelTest {
  private static final Path HELD_OUT = Path.of("train", "heldout");
  private static final Path MODEL = Path.of("demo", "vgnetg_demo.safetensors");

  @Test
  void holdsTheVeryNumbersOfTheCheckpoint() throws IOException {
    Map<String, Tensor> checkpoint = Checkpoints.read(Path.of("train", "demo.pth")).tensors();
    Model model = Model.load(MODEL);
    assertTrue(Files.size(MODEL) < 2_000_000);
    assertTrue(model.tensors().size() > 50);
    model
        .tensors()
        .forEach(
            (name, tensor) ->
                assertEquals(-1, tensor.bytes().mismatch(checkpoint.get(name).bytes()), name));
  }

  @Test
  void reproducesPyTorchsAccuracyPredictionsAndLogits() throws IOException {
    Map<String, Object> expected =
        JSON.std.mapFrom(Files.readString(HELD_OUT.resolve("heldout.json")));
    List<BufferedImage> tiles = tiles(expected);
    List<String> labels = new ArrayList<>();
    for (String line :
        Files.readAllLines(HELD_OUT.resolve("heldout.csv")).subList(1, tiles.size() + 1)) {
      labels.add(line.split(",")[1]);
    }
    Model model = Model.load(MODEL);
    try (Session session = model.newSession(SessionOptions.builder().device(Device.CPU).build())) {
      ImageClassifier classifier = new ImageClassifier(session);
      List<Integer> predicted = new ArrayList<>();
      int right = 0;
      for (int i = 0; i < tiles.size(); i++) {
        var best = classifier.classify(tiles.get(i), 1).getFirst();
        predicted.add(best.index());
        right += best.label().equals(labels.get(i)) ? 1 : 0;
      }
      double accuracy = ((Number) expected.get("top1_accuracy")).doubleValue();
      assertEquals(accuracy, (double) right / tiles.size(), 0.001);
      assertEquals(expected.get("predicted"), predicted);

      List<?> logits = (List<?>) expected.get("first_logits");
      Tensor images =
          new Preprocessor(model.metadata().preprocessing()).apply(tiles.subList(0, logits.size()));
      float[] actual = session.run(images).toFloatArray();
      double[] pyTorch =
          logits.stream()
              .flatMap(row -> ((List<?>) row).stream())
              .mapToDouble(value -> ((Number) value).doubleValue())
              .toArray();
      double[] ours = new double[actual.length];
      for (int i = 0; i < ours.length; i++) {
        ours[i] = actual[i];
      }
      // Twice the largest difference between PyTorch's own float32 and float64, 3.8e-6.
      assertArrayEquals(pyTorch, ours, 1e-5);
    }
  }

  private static List<BufferedImage> tiles(Map<String, Object> layout) throws IOException {
    BufferedImage sheet = ImageFiles.read(HELD_OUT.resolve("heldout.png"));
    int size = (Integer) layout.get("tile_size");
    int columns = (Integer) layout.get("columns");
    List<BufferedImage> tiles = new ArrayList<>();
    for (int i = 0; i < (Integer) layout.get("count"); i++) {
      tiles.add(sheet.getSubimage(i % columns * size, i / columns * size, size, size));
    }
    return tiles;
  }
}
