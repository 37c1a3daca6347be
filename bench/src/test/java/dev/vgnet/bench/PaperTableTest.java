package dev.vgnet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  void networksStandAfterTheOneTheyChange() throws IOException {
    Set<String> before = new HashSet<>();
    for (PaperTable.Row row : PaperTable.bsconv().rows()) {
      assertTrue(row.beside() == null || before.contains(row.beside()), row.model());
      assertTrue(before.add(row.model()), row.model());
      if (row.parameters() != null) {
        double counted = Workload.info(row.model()).parameters();
        assertEquals(1, counted / row.parameters(), 0.01, row.model());
      }
      if (row.multiplyAccumulates() != null) {
        double counted = Workload.info(row.model()).multiplyAccumulates();
        // The authors count a little more than convolutions and fully connected layers.
        assertEquals(1, row.multiplyAccumulates() / counted, 0.07, row.model());
      }
    }
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
