package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ImageFormatException;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
  /** Where {@link #tiff} says where its strip is: in the sixth field. */
  private static final int STRIP_OFFSET = 8 + 2 + 5 * 12 + 8;

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

  @Test
  void refusesPicturesThatFillTheMemoryBeforeTheyEnd() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            throw new OutOfMemoryError("Java heap space");
          }
        };
    ImageFormatException refusal =
        assertThrows(
            ImageFormatException.class, () -> ImageFiles.read(endless, "x", ImageLimits.DEFAULT));
    assertEquals("x: not enough memory to decode it: Java heap space", refusal.getMessage());
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
        "orientation_8.tif",
        "palette_alpha.tif",
        "ycc_440.jpg"
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
  void refusesPixelsOfCountlessSamples() throws IOException {
    assertRefused(
        "3000 x 3000 pixels of 200 bytes, the limit is 100000000 of 8 in all",
        tiff(3000, 200, 1, 300, 0));
    ImageLimits tight = new ImageLimits(1 << 20, 40);
    byte[] small = tiff(5, 3, 1, 75, 0);
    assertEquals(5, ImageFiles.read(new ByteArrayInputStream(small), "x", tight).getWidth());
    byte[] wide = tiff(5, 13, 1, 325, 0);
    assertThrows(
        ImageFormatException.class,
        () -> ImageFiles.read(new ByteArrayInputStream(wide), "x", tight));
  }

  @Test
  void refusesPartsThatAreLargerThanAPictureMayBe() {
    assertRefused(
        "tiles of 20000 x 20000 pixels of 3 bytes, the limit is 100000000 of 8 in all",
        tiff(10, 3, 8, 100, 20_000));
    assertRefused(
        "claims a part of 1900000000 bytes, the limit is 268435456 in all",
        tiff(10, 3, 8, 1_900_000_000, 0));
  }

  @Test
  void readsTheWidestPixelsOfPng() throws IOException {
    BufferedImage wide =
        new BufferedImage(
            new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB),
                true,
                false,
                Transparency.TRANSLUCENT,
                DataBuffer.TYPE_USHORT),
            Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 4, 3, 4, null),
            false,
            null);
    wide.getRaster().setPixel(2, 1, new int[] {0x1234, 0xabcd, 0xff00, 0x8000});
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(wide, "png", png);
    BufferedImage read =
        ImageFiles.read(
            new ByteArrayInputStream(png.toByteArray()), "x", new ImageLimits(1 << 20, 12));
    assertEquals(0xff12abff, read.getRGB(2, 1));
  }

  /** The sizes of such pictures stand in the strips, not in the directory. */
  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void refusesTiffOfJpegStrips(int compression) {
    byte[] jpeg = progressiveJpeg(20_000, 5);
    byte[] directory = tiff(16, 3, compression, jpeg.length, 0);
    byte[] file = Arrays.copyOf(directory, directory.length + jpeg.length);
    System.arraycopy(jpeg, 0, file, directory.length, jpeg.length);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(STRIP_OFFSET, directory.length);
    assertRefused(
        "a TIFF of JPEG strips, which is not read: save it as JPEG, or as TIFF with another"
            + " compression",
        file);
  }

  @Test
  void limitsThePixelsOfAllScans() throws IOException {
    ImageLimits tight = new ImageLimits(1 << 20, 9_800);
    assertEquals(98, read(progressiveJpeg(98, 10), tight).getWidth());
    byte[] lengthy = progressiveJpeg(98, 11);
    ImageFormatException refusal =
        assertThrows(ImageFormatException.class, () -> read(lengthy, tight));
    assertEquals(
        "hostile: 11 scans of 98 x 98 pixels, the limit is 10 of 9800 in all",
        refusal.getMessage());
    assertEquals(98, read(lengthy, ImageLimits.DEFAULT).getWidth());
    assertRefused(
        "50 scans of 9000 x 9000 pixels, the limit is 10 of 100000000 in all",
        progressiveJpeg(9_000, 50));
  }

  private static BufferedImage read(byte[] file, ImageLimits limits) throws IOException {
    return ImageFiles.read(new ByteArrayInputStream(file), "hostile", limits);
  }

  /** A square picture of three components in which nothing is but the scans. */
  private static byte[] progressiveJpeg(int size, int scans) {
    ByteBuffer file = ByteBuffer.allocate(200 + 12 * scans);
    file.putInt(0xffd8ffdb).putShort((short) 67).put((byte) 0);
    for (int i = 0; i < 64; i++) {
      file.put((byte) 1);
    }
    file.putShort((short) 0xffc2).putShort((short) 17).put((byte) 8);
    file.putShort((short) size).putShort((short) size).put((byte) 3);
    file.put(new byte[] {1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0});
    for (int table : new int[] {0, 0x10}) { // of one code: a difference, or a run, of nothing
      file.putInt(0xffc40014).put((byte) table).put((byte) 1).put(new byte[16]);
    }
    file.putInt(0xffda000c).put(new byte[] {3, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0});
    for (int i = 1; i < scans; i++) {
      file.putInt(0xffda0008).put(new byte[] {1, (byte) (1 + i % 3), 0, 1, 63, 0, 0, 0});
    }
    file.putShort((short) 0xffd9);
    return Arrays.copyOf(file.array(), file.position());
  }

  private static void assertRefused(String problem, byte[] file) {
    ImageFormatException refusal =
        assertThrows(ImageFormatException.class, () -> read(file, ImageLimits.DEFAULT));
    assertEquals("hostile: " + problem, refusal.getMessage());
  }

  /**
   * A TIFF file of a square picture with 8-bit samples, and room for a small one.
   *
   * @param bytes that its one strip or tile is said to take
   * @param tile the height and width of a tile, 0 for a strip
   */
  private static byte[] tiff(int size, int samples, int compression, int bytes, int tile) {
    int[][] fields =
        tile == 0
            ? new int[][] {
              {256, size},
              {257, size},
              {258, 8},
              {259, compression},
              {262, 2},
              {273, 8},
              {277, samples},
              {278, size},
              {279, bytes}
            }
            : new int[][] {
              {256, size}, {257, size}, {258, 8}, {259, compression}, {262, 2},
              {277, samples}, {322, tile}, {323, tile}, {324, 8}, {325, bytes}
            };
    ByteBuffer file = ByteBuffer.allocate(500).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0x002a4949).putInt(8).putShort((short) fields.length);
    for (int[] field : fields) {
      int type = field[1] < 1 << 16 ? 3 : 4; // SHORT or LONG
      file.putShort((short) field[0]).putShort((short) type).putInt(1).putInt(field[1]);
    }
    return file.array();
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
