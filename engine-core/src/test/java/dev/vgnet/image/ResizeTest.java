package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.model.Interpolation;
import java.awt.image.BufferedImage;
import java.io.IOException;
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
