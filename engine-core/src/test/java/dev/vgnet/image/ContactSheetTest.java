package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
  private static final int PICTURE = 0xffff00ff;
  private static final int BEST_BAR = 0xff4a7db5;
  private static final int OTHER_BAR = 0xffa9c1db;
  private static final int RIGHT = 0xff3a8f5f;
  private static final int WRONG = 0xffc2544c;

  private static ContactSheet.Entry entry(int width, int height, Optional<String> expected) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(PICTURE));
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    List<Prediction> predictions =
        List.of(new Prediction(4, "cat", 0.75f), new Prediction(2, "dog", 0.25f));
    return new ContactSheet.Entry("picture.png", image, predictions, expected);
  }

  /** Width, height and number of the pixels of one colour. */
  private record Area(int width, int height, int pixels) {}

  private static Area area(BufferedImage sheet, int colour) {
    int left = sheet.getWidth();
    int top = sheet.getHeight();
    int right = -1;
    int bottom = -1;
    int pixels = 0;
    for (int y = 0; y < sheet.getHeight(); y++) {
      for (int x = 0; x < sheet.getWidth(); x++) {
        if (sheet.getRGB(x, y) == colour) {
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
          pixels++;
        }
      }
    }
    return new Area(Math.max(right - left + 1, 0), Math.max(bottom - top + 1, 0), pixels);
  }

  @Test
  void keepsTheProportionsOfPictures() {
    for (int[] size : new int[][] {{4000, 1000}, {10, 40}, {3, 3}}) {
      Area picture =
          area(ContactSheet.draw("t", List.of(entry(size[0], size[1], Optional.empty()))), PICTURE);
      assertEquals(
          (double) size[0] / size[1],
          (double) picture.width() / picture.height(),
          0.5 / Math.min(picture.width(), picture.height()) * size[0] / size[1]);
    }
  }

  @Test
  void drawsBarsAsLongAsTheProbabilities() {
    BufferedImage sheet = ContactSheet.draw("t", List.of(entry(9, 9, Optional.empty())));
    Area best = area(sheet, BEST_BAR);
    Area other = area(sheet, OTHER_BAR);
    assertTrue(other.width() > 40, "bar of " + other.width());
    // Each rounded end may hide a pixel in the background.
    assertEquals(3.0 * other.width(), best.width(), 8);
  }

  @Test
  void marksRightAndWrongWhereTheAnswerIsKnown() {
    assertMarks(0, 0, Optional.empty());
    assertMarks(1, 0, Optional.of("cat"));
    assertMarks(0, 1, Optional.of("dog"));
  }

  private static void assertMarks(int right, int wrong, Optional<String> expected) {
    BufferedImage sheet = ContactSheet.draw("t", List.of(entry(9, 9, expected)));
    assertEquals(right, Math.min(area(sheet, RIGHT).pixels(), 1), "right for " + expected);
    assertEquals(wrong, Math.min(area(sheet, WRONG).pixels(), 1), "wrong for " + expected);
  }

  @Test
  void looksTheSameOfThumbnails() {
    long seed = 5;
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      BufferedImage image = RgbImages.create(1 + random.nextInt(700), 1 + random.nextInt(700));
      random.nextBytes(RgbImages.pixels(image));
      String where = "seed %d, picture %d: %s".formatted(seed, i, image);
      BufferedImage thumbnail = ContactSheet.thumbnail(image);
      assertTrue(thumbnail.getWidth() <= 300 && thumbnail.getHeight() <= 300, where);
      assertArrayEquals(pixels(image), pixels(thumbnail), where);
    }
  }

  private static byte[] pixels(BufferedImage image) {
    var entry = new ContactSheet.Entry("a", image, List.of(), Optional.empty());
    return RgbImages.pixels(ContactSheet.draw("t", List.of(entry)));
  }

  @Test
  void growsWithItsEntriesAndBearsOddOnes() {
    BufferedImage one = ContactSheet.draw("", List.of(entry(1, 5000, Optional.empty())));
    BufferedImage many =
        ContactSheet.draw(
            "A title that is far too long ".repeat(20),
            Collections.nCopies(13, entry(5, 7, Optional.of("a label without end ".repeat(30)))));
    assertTrue(many.getWidth() > 3 * one.getWidth(), "width " + many.getWidth());
    assertTrue(many.getHeight() > 2 * one.getHeight(), "height " + many.getHeight());
    ContactSheet.Entry bare =
        new ContactSheet.Entry("", RgbImages.create(1, 1), List.of(), Optional.of("cat"));
    assertTrue(area(ContactSheet.draw("t", List.of(bare)), WRONG).pixels() > 0);
    assertThrows(IllegalArgumentException.class, () -> ContactSheet.draw("t", List.of()));
  }
}
