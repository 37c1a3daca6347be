package dev.vgnet.cpu.vector.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.TileShape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunksTest {
  private static final int[] CHANNELS = {1, 28, 112, 184, 368, 1000};

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "7, 7",
    "8, 8",
    "14, 14",
    "28, 28",
    "56, 56",
    "112, 112",
    "5, 9",
    "16, 3",
    "2, 300"
  })
  void areAllPixelsAndNoneIsShorterThanATile(int height, int width) {
    for (int channels : CHANNELS) {
      for (int threads = 1; threads <= 5; threads++) {
        Chunks chunks = Chunks.of(height, width, channels, threads);
        int next = 0;
        for (int chunk = 0; chunk < chunks.count(); chunk++) {
          assertEquals(next, chunks.first(chunk));
          for (TileShape tile : chunks.tiles()) {
            assertTrue(chunks.length(chunk) >= tile.pixels(), chunks.length(chunk) + ": " + tile);
          }
          assertTrue(chunks.length(chunk) <= chunks.longest());
          next += chunks.length(chunk);
        }
        assertEquals(height * width, next);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 7})
  void areTheBandsThatStagesCutRowsInto(int threads) {
    for (int height : new int[] {28, 84, 112}) {
      int width = height;
      Chunks chunks = Chunks.of(height, width, 64, threads);
      assertEquals(height % threads == 0, chunks.areRows());
      assertTrue(chunks.count() >= threads);
      for (int chunk = 0; chunks.areRows() && chunk < chunks.count(); chunk++) {
        assertEquals(height * chunk / chunks.count() * width, chunks.first(chunk));
      }
    }
  }

  /** Weights are more than the numbers of the map: workers share panels. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void smallMapsAreNotCut(int threads) {
    Chunks chunks = Chunks.of(8, 8, 512, threads);
    assertEquals(1, chunks.count());
    assertFalse(chunks.areRows());
  }
}
