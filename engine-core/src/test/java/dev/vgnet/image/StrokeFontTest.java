package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StrokeFontTest {
  private static final TextStyle STYLE = new TextStyle(14, 1, Color.BLACK);

  @Test
  void hasAGlyphOfItsOwnForEveryAsciiCharacter() {
    Set<String> paths = new HashSet<>(Set.of(path("\ufffd")));
    for (char c = '!'; c <= '~'; c++) {
      String glyph = String.valueOf(c);
      Rectangle2D bounds = StrokeFont.pen(glyph).getBounds2D();
      assertTrue(bounds.getMinY() >= -23.5 && bounds.getMaxY() <= 6.5, c + ": " + bounds);
      assertTrue(bounds.getMaxX() < StrokeFont.width(glyph), c + ": " + bounds);
      assertTrue(paths.add(path(glyph)), c + " is missing or looks like another character");
    }
  }

  private static String path(String text) {
    StringBuilder path = new StringBuilder();
    double[] points = new double[6];
    for (PathIterator i = StrokeFont.pen(text).getPathIterator(null); !i.isDone(); i.next()) {
      path.append(i.currentSegment(points)).append(Arrays.toString(points));
    }
    return path.toString();
  }

  @Test
  void leavesAccentsOffAndBoxesWhatIsMissing() {
    assertEquals(StrokeFont.width("crepe"), StrokeFont.width("cr\u00eape"));
    assertEquals(StrokeFont.width("\ufffd"), StrokeFont.width("\u6f22"));
    assertEquals(0, StrokeFont.width(""));
  }

  @Test
  void shortensToTheWidth() {
    String text = "soft-coated wheaten terrier";
    double full = STYLE.width(text);
    assertEquals(text, STYLE.shorten(text, full));
    String shortened = STYLE.shorten(text, full - 1);
    assertTrue(shortened.endsWith("\u2026"), shortened);
    assertTrue(STYLE.width(shortened) <= full - 1, shortened);
    assertEquals("\u2026", STYLE.shorten(text, 0));
    assertEquals("\u2026", STYLE.shorten("\ud83d\ude00\ud83d\ude00", 10));
  }

  @Test
  void shortensTextsOfEveryLength() {
    String text = "\ud83d\ude00 a".repeat(1_000_000);
    String shortened = STYLE.shorten(text, 100);
    assertEquals(shortened, STYLE.shorten(text.substring(0, 100), 100));
    int kept = shortened.length() - 1;
    assertEquals(text.substring(0, kept) + "\u2026", shortened);
    assertTrue(STYLE.width(shortened) <= 100, shortened);
    assertTrue(STYLE.width(text.substring(0, kept + 2).strip() + "\u2026") > 100, shortened);
    for (int width = 0; width < 100; width++) {
      assertTrue(STYLE.shorten(text, width).codePoints().noneMatch(c -> c >= 0xd800 && c < 0xe000));
    }
  }

  @Test
  void cutsTextsOfMoreMarksThanALineHas() {
    String marks = "a" + "\u0301\u0323".repeat(1_000_000);
    assertTrue(STYLE.shorten(marks, 100).length() < 200);
    assertEquals("a\u0301\u0323", STYLE.shorten("a\u0301\u0323", 100));
  }
}
