package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** What {@code ycc_440.jpg} does not show. */
class HalvedRowsTest {
  /** As where the JDK uses the libjpeg-turbo of the system. */
  @Test
  void leavesInterpolatedRows() {
    byte[] samples = {1, 10, 2, 20, 3, 13, 4, 23, 5, 17, 6, 27, 7, 20, 8, 30};
    byte[] before = samples.clone();
    HalvedRows.interpolate(samples, 2, 1, 2);
    assertArrayEquals(before, samples);
  }

  @Test
  void interpolatesOneBandOfOddRows() {
    byte[] samples = {1, (byte) 200, 2, (byte) 200, 3, 100, 4, 100, 5, 0};
    HalvedRows.interpolate(samples, 2, 1, 1);
    assertArrayEquals(new byte[] {1, (byte) 200, 2, (byte) 175, 3, 125, 4, 75, 5, 25}, samples);
  }

  @Test
  void hasNothingToInterpolateInOneRow() {
    byte[] samples = {1, 2, 3};
    HalvedRows.interpolate(samples, 1, 0, 3);
    assertArrayEquals(new byte[] {1, 2, 3}, samples);
  }
}
