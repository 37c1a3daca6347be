package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ImageFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageFilesTest {
  static List<String> pictures() {
    return Fixtures.names("read");
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void readsWhatPilReads(String name) throws IOException {
    BufferedImage actual = ImageFiles.read(Fixtures.path("read/" + name));
    assertEquals(BufferedImage.TYPE_3BYTE_BGR, actual.getType());
    Fixtures.assertPixels(Fixtures.picture("upright/" + name + ".png"), actual);
  }

  @Test
  void refusesPicturesBeyondTheLimits() {
    Path picture = Fixtures.path("read/rgb.png");
    ImageFormatException tooManyPixels =
        assertThrows(
            ImageFormatException.class,
            () -> ImageFiles.read(picture, new ImageLimits(1 << 20, 61 * 47 - 1)));
    assertTrue(tooManyPixels.getMessage().startsWith(picture + ": 61 x 47 pixels"));
    assertThrows(
        ImageFormatException.class, () -> ImageFiles.read(picture, new ImageLimits(1000, 100_000)));
    assertThrows(IllegalArgumentException.class, () -> new ImageLimits(0, 1));
  }

  @Test
  void namesFilesThatAreMissingOrNoPictures() throws IOException {
    assertThrows(NoSuchFileException.class, () -> ImageFiles.read(Path.of("missing.png")));
    ImageFormatException unknown =
        assertThrows(
            ImageFormatException.class,
            () ->
                ImageFiles.read(
                    new ByteArrayInputStream("no picture".getBytes()),
                    "notes.txt",
                    ImageLimits.DEFAULT));
    assertEquals("notes.txt: no image format that is known here", unknown.getMessage());
  }
}
