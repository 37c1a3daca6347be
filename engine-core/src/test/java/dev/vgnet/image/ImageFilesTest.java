package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ImageFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** The frame has twelve pixels, the screen 63. */
  @Test
  void limitsTheScreenOfAGif() {
    Path picture = Fixtures.path("read/offset.gif");
    ImageFormatException tooManyPixels =
        assertThrows(
            ImageFormatException.class,
            () -> ImageFiles.read(picture, new ImageLimits(1 << 20, 62)));
    assertTrue(tooManyPixels.getMessage().startsWith(picture + ": 9 x 7 pixels"));
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "palette_transparent.png",
        "orientation_6.png",
        "orientation_6.jpg",
        "progressive.jpg",
        "palette.gif",
        "offset_transparent.gif",
        "palette.bmp",
        "orientation_8.tif"
      })
  void readsAllOfAPictureOrRefusesIt(String name) throws IOException {
    byte[] file = Fixtures.bytes("read/" + name);
    BufferedImage whole = Fixtures.picture("upright/" + name + ".png");
    for (int length = 0; length < file.length; length++) {
      byte[] truncated = Arrays.copyOf(file, length);
      BufferedImage picture = readOrRefuse(truncated, name + " cut at " + length);
      if (picture != null) {
        Fixtures.assertPixels(whole, picture);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "palette_transparent.png",
        "orientation_6.png",
        "orientation_6.jpg",
        "progressive.jpg",
        "palette.gif",
        "offset_transparent.gif",
        "palette.bmp",
        "packed.tif",
        "orientation_8.tif"
      })
  void meetsBrokenBytesWithItsOwnExceptionOnly(String name) throws IOException {
    byte[] file = Fixtures.bytes("read/" + name);
    for (int i = 0; i < file.length; i++) {
      for (int flip : new int[] {0xff, 1 << i % 8}) {
        byte[] broken = file.clone();
        broken[i] ^= (byte) flip;
        readOrRefuse(broken, "%s with byte %d ^ %x".formatted(name, i, flip));
      }
    }
  }

  private static BufferedImage readOrRefuse(byte[] bytes, String name) throws IOException {
    try {
      return ImageFiles.read(
          new ByteArrayInputStream(bytes), name, new ImageLimits(1 << 20, 10_000_000));
    } catch (ImageFormatException e) {
      assertTrue(e.getMessage().startsWith(name), e.getMessage());
      return null;
    }
  }

  @Test
  void refusesJpegOfCountlessScans() throws IOException {
    byte[] file = Fixtures.bytes("read/grey.jpg");
    byte[] scan = {(byte) 0xff, (byte) 0xda, 0, 8, 1, 1, 0, 0, 63, 0};
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(file, 0, file.length - 2);
    for (int i = 0; i < 100; i++) {
      bytes.writeBytes(scan);
    }
    bytes.write(file, file.length - 2, 2);
    ImageFormatException refusal =
        assertThrows(
            ImageFormatException.class,
            () ->
                ImageFiles.read(
                    new ByteArrayInputStream(bytes.toByteArray()), "x", ImageLimits.DEFAULT));
    assertTrue(refusal.getMessage().contains("101 scans"), refusal.getMessage());
  }
}
