package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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

  private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
    return tensors.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().shape()));
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThrows(UnsupportedModelException.class, () -> Zoo.randomStateDict("vgnetz", 1));
  }
}
