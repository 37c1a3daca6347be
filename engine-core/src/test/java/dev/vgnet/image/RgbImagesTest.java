package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbImagesTest {
  private static final int WIDTH = 5;
  private static final int HEIGHT = 4;

  /** Saturated colours, which every type with colours holds exactly. */
  private static int colour(int x, int y) {
    int bits = x + 3 * y;
    return 0xff000000
        | (bits & 1) * 0xff0000
        | (bits >> 1 & 1) * 0x00ff00
        | (bits >> 2 & 1) * 0x0000ff;
  }

  private static BufferedImage picture(int type) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        image.setRGB(x, y, colour(x, y));
      }
    }
    return image;
  }

  private static void assertColours(BufferedImage rgb, int left, int top) {
    assertEquals(BufferedImage.TYPE_3BYTE_BGR, rgb.getType());
    for (int y = 0; y < rgb.getHeight(); y++) {
      for (int x = 0; x < rgb.getWidth(); x++) {
        assertEquals(colour(x + left, y + top), rgb.getRGB(x, y), "(%d, %d)".formatted(x, y));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE,
        BufferedImage.TYPE_USHORT_565_RGB,
        BufferedImage.TYPE_USHORT_555_RGB,
        BufferedImage.TYPE_BYTE_INDEXED
      })
  void takesEveryTypeAndPartsOfIt(int type) {
    BufferedImage image = picture(type);
    assertColours(RgbImages.of(image), 0, 0);
    BufferedImage part = RgbImages.of(image.getSubimage(1, 1, 3, 2));
    assertEquals(3, part.getWidth());
    assertEquals(2, part.getHeight());
    assertColours(part, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
  void takesGreyValuesAsTheyAre(int type) {
    BufferedImage grey = new BufferedImage(1, 1, type);
    grey.getRaster().setSample(0, 0, 0, type == BufferedImage.TYPE_BYTE_GRAY ? 100 : 100 << 8 | 7);
    assertEquals(0xff646464, RgbImages.of(grey).getRGB(0, 0));
  }

  @Test
  void dropsAlphaAndKeepsTheColourBeneath() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00112233);
    assertEquals(0xff112233, RgbImages.of(image).getRGB(0, 0));
  }

  @Test
  void copiesNothingThatIsRgbAlready() {
    BufferedImage image = picture(BufferedImage.TYPE_3BYTE_BGR);
    assertSame(image, RgbImages.of(image));
  }
}
