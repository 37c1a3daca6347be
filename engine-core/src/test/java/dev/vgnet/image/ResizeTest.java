package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.model.Interpolation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResizeTest {
  static List<String> resized() {
    return Fixtures.names("resized");
  }

  @ParameterizedTest
  @MethodSource("resized")
  void resizesToTheBytesOfPil(String name) throws IOException {
    String[] parts = name.split("[-.]");
    BufferedImage source = Fixtures.picture("sources/" + parts[0] + ".png");
    String[] size = parts[1].split("x");
    BufferedImage actual =
        Resize.resize(
            source,
            Integer.parseInt(size[0]),
            Integer.parseInt(size[1]),
            Interpolation.valueOf(parts[2].toUpperCase(Locale.ROOT)));
    Fixtures.assertPixels(Fixtures.picture("resized/" + name), actual);
  }

  /** Long enough for its weights to be made in several parts. */
  @Test
  void mixesEverySampleOfALongLine() {
    int length = 3_000_000;
    int count = 256;
    BufferedImage row = RgbImages.create(length, 1);
    BufferedImage column = RgbImages.create(1, length);
    for (int i = 0; i < length; i++) {
      int grey = (int) (256L * i / length);
      Arrays.fill(RgbImages.pixels(row), 3 * i, 3 * i + 3, (byte) grey);
      Arrays.fill(RgbImages.pixels(column), 3 * i, 3 * i + 3, (byte) grey);
    }
    byte[] across = RgbImages.pixels(Resize.resize(row, count, 1, Interpolation.BICUBIC));
    byte[] down = RgbImages.pixels(Resize.resize(column, 1, count, Interpolation.BICUBIC));
    assertArrayEquals(across, down);
    for (int i = 0; i < across.length; i++) {
      assertEquals(i / 3, across[i] & 0xff, 1);
    }
  }

  @Test
  void boundsTheMemoryOfWeights() {
    for (Interpolation interpolation : Interpolation.values()) {
      for (int outputs : new int[] {1, 7, 260, 10_000_000}) {
        Axis axis = new Axis(20_000_000, outputs, 0, outputs, interpolation);
        AxisFilter filter = AxisFilter.of(axis, outputs / 2);
        int weights = filter.weightStart(filter.outputs());
        assertTrue(weights <= AxisFilter.MAX_WEIGHTS || filter.outputs() == 1, axis.toString());
        assertTrue(weights <= 20_000_000, axis.toString());
      }
    }
  }

  @Test
  void refusesSizesThatAreNotPositiveOrTooLarge() {
    BufferedImage image = RgbImages.create(3, 2);
    assertThrows(
        IllegalArgumentException.class, () -> Resize.resize(image, 0, 1, Interpolation.BILINEAR));
    assertThrows(
        IllegalArgumentException.class, () -> Resize.resize(image, 1, -1, Interpolation.BILINEAR));
    assertThrows(
        IllegalArgumentException.class,
        () -> Resize.resize(image, 40_000, 40_000, Interpolation.BICUBIC));
  }
}
