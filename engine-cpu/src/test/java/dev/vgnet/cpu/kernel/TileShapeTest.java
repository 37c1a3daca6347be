package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TileShapeTest {
  @Test
  void panelsCoverAllChannelsAndTilesAreNoLargerThanTheTask() {
    for (int channels = 1; channels <= 1100; channels += 7) {
      for (int pixels : new int[] {1, 2, 5, 16, 49, 196, 224}) {
        List<TileShape> panels = TileShape.choose(channels, pixels);
        int vectors = panels.stream().mapToInt(TileShape::vectors).sum();
        assertEquals(Math.ceilDiv(channels, Vectors.LANES), vectors);
        for (TileShape tile : panels) {
          assertTrue(tile.pixels() <= pixels, tile::toString);
          assertTrue(tile.pixels() * tile.vectors() <= TileShape.MAX_SUMS, tile::toString);
        }
      }
    }
  }

  @Test
  void everyWorkerHasAPanelAsFarAsThereAreVectors() {
    for (int vectors = 1; vectors <= 20; vectors++) {
      for (int workers = 1; workers <= 8; workers++) {
        List<TileShape> panels = TileShape.choose(vectors * Vectors.LANES, 16, workers);
        assertTrue(panels.size() >= Math.min(workers, vectors), panels::toString);
        assertEquals(vectors, panels.stream().mapToInt(TileShape::vectors).sum());
      }
    }
  }

  @Test
  void noLayerIsSplitIntoMoreThanTwoShapes() {
    for (int channels = 1; channels <= 1100; channels++) {
      assertTrue(TileShape.choose(channels, 49).stream().distinct().count() <= 2);
    }
  }

  @Test
  void tilesOfTheLayersOfVgnetAt512Bit() {
    assumeTrue(Vectors.LANES == 16);
    assertEquals(List.of(new TileShape(14, 2)), TileShape.choose(28, 4 * 56));
    assertEquals(List.of(new TileShape(6, 4)), TileShape.choose(56, 7 * 28));
    assertEquals(List.of(new TileShape(6, 4), new TileShape(8, 3)), TileShape.choose(112, 14 * 14));
    assertEquals(4, TileShape.choose(184, 49).size());
    assertEquals(new TileShape(7, 3), TileShape.choose(184, 49).getFirst());
  }

  /** Rows that tiles of one size would overlap in by more than a twenty-fifth. */
  @Test
  void tilesOfTwoSizesAt256Bit() {
    assumeTrue(Vectors.LANES == 8);
    assertEquals(new TileShape(6, 2, true), TileShape.choose(256, 28).getFirst());
    assertEquals(new TileShape(6, 2, true), TileShape.choose(128, 56).getFirst());
    assertEquals(new TileShape(5, 2, true), TileShape.choose(512, 14).getFirst());
    assertEquals(new TileShape(5, 2), TileShape.choose(400, 49).getFirst());
    assertEquals(new TileShape(6, 2), TileShape.choose(256, 66).getFirst());
    assertEquals(List.of(new TileShape(3, 3)), TileShape.choose(24, 84));
  }
}
