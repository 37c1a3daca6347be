package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.model.ModelFile;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomWeightsTest {
  @Test
  void everyArchitectureIsMadeAndRecognisedFromItsOwnRandomWeights() {
    for (ArchitectureInfo info : Zoo.architectures()) {
      ImportOptions options = ImportOptions.of(info.name());
      ImportedModel imported =
          Zoo.importStateDict(Zoo.randomStateDict(info.name(), 1), "random", "", options);
      assertEquals(info.name(), imported.architecture());
      Graph graph = imported.file().graph();
      int side = info.imageSize();
      GraphStatistics statistics =
          GraphStatistics.of(graph, shapes(imported.file().tensors()), side, side);
      assertEquals(info.multiplyAccumulates(), statistics.multiplyAccumulates(), info.name());
    }
  }

  /** Otherwise whoever compares two engines on them compares biases. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "vgnetg_1_0mp_se",
        "mobilenet_v3_small",
        "efficientnet_b0",
        "mnasnet_a1",
        "ghostnet_x1_0",
        "regnet_y_400mf",
        "cifar_resnet110"
      })
  void theImageDecidesTheLogits(String architecture) {
    ImportOptions options = ImportOptions.of(architecture);
    ModelFile file =
        Zoo.importStateDict(Zoo.randomStateDict(architecture, 1), "random", "", options).file();
    Shape shape = Shape.of(1, 3, 64, 64);
    double[] ofNoise = VectorRun.logits(file, Tensor.of(shape, noise(shape)));
    double[] ofBlack = VectorRun.logits(file, Tensor.of(shape, new float[3 * 64 * 64]));
    double mean = Arrays.stream(ofNoise).average().orElseThrow();
    double spread =
        Math.sqrt(Arrays.stream(ofNoise).map(x -> Math.pow(x - mean, 2)).average().orElseThrow());
    double change = 0;
    for (int i = 0; i < ofNoise.length; i++) {
      change = Math.max(change, Math.abs(ofNoise[i] - ofBlack[i]));
    }
    assertTrue(
        change > 0.01 * spread, "%s changes by %s of %s".formatted(architecture, change, spread));
    assertTrue(spread > 0.1 && spread < 10, architecture + " has logits of deviation " + spread);
  }

  private static float[] noise(Shape shape) {
    Random random = new Random(3);
    float[] noise = new float[(int) shape.elementCount()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextFloat() * 2 - 1;
    }
    return noise;
  }

  private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
    return tensors.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().shape()));
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThrows(UnsupportedModelException.class, () -> Zoo.randomStateDict("vgnetz", 1));
  }
}
