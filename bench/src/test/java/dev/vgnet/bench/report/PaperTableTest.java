package dev.vgnet.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.engine.Workload;
import dev.vgnet.zoo.ArchitectureInfo;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PaperTableTest {
  @Test
  void table3IsWholeAndAgreesWithTheZoo() throws IOException {
    PaperTable paper = PaperTable.vgnet();
    assertEquals(20, paper.rows().size());
    for (PaperTable.Row row : paper.rows()) {
      ArchitectureInfo info = Workload.info(row.model());
      assertEquals(row.parameters(), 1_000 * Math.round(1e-3 * info.parameters()), row.model());
      // Each figure is rounded to three digits.
      assertEquals(1_000, row.millis() * row.batchesPerSecond(), 10, row.model());
      assertTrue(row.accuracy() > 60 && row.accuracy() < 75, row.model());
      assertEquals(224, info.imageSize());
    }
    assertEquals(8, paper.rows().stream().filter(PaperTable.Row::squeezeExcite).count());
  }

  @Test
  void countsOfBsConvAgreeWithTheZoo() throws IOException {
    for (PaperTable.Row row : PaperTable.bsconv().rows()) {
      ArchitectureInfo info = Workload.info(row.model());
      if (row.parameters() != null) {
        assertEquals(1, row.parameters() / (double) info.parameters(), 0.01, row.model());
      }
      if (row.multiplyAccumulates() != null) {
        // The authors count a little more than convolutions and fully connected layers.
        double counted = info.multiplyAccumulates();
        assertEquals(1, row.multiplyAccumulates() / counted, 0.07, row.model());
      }
    }
  }

  @Test
  void pairsAreOfTheSameTable() throws IOException {
    for (PaperTable paper : PaperTable.all()) {
      Set<String> models = new HashSet<>();
      paper.rows().forEach(row -> assertTrue(models.add(row.model()), row.model()));
      for (PaperTable.Pair pair : paper.pairs()) {
        assertTrue(models.contains(pair.model()), pair.model());
        assertTrue(models.contains(pair.beside()), pair.beside());
      }
    }
    assertEquals(15, PaperTable.vgnet().pairs().size());
  }

  @Test
  void everyNetworkIsInOneTableAtLeast() throws IOException {
    Set<String> listed = new HashSet<>();
    for (PaperTable table : PaperTable.all()) {
      table.rows().forEach(row -> listed.add(row.model()));
    }
    PaperTable.zoo().rows().forEach(row -> assertTrue(listed.contains(row.model()), row.model()));
  }

  @Test
  void siluIsMeasuredAsSuch() {
    long plain = activations("vgnetg_1_0mp");
    assertEquals(0, activations("vgnetg_1_0mp+silu"));
    assertTrue(plain > 0);
  }

  private static long activations(String model) {
    return Workload.random(model, 1).model().graph().nodes().stream()
        .filter(node -> node.operator().toString().contains("RELU"))
        .count();
  }
}
