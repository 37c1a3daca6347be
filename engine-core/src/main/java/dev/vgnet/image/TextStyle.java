package dev.vgnet.image;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;

/**
 * How a line of text is drawn.
 *
 * @param size of one em in pixels
 * @param weight of the pen in pixels
 */
record TextStyle(double size, double weight, Color colour) {
  private static final String ELLIPSIS = "…";

  /** No glyph is as narrow; a text of more characters than that, such as marks, is cut. */
  private static final int MAX_PER_EM = 16;

  /** How far a text reaches, in pixels. */
  double width(String text) {
    return StrokeFont.width(text) * scale();
  }

  /** The text, or where it is wider than so many pixels, as much of it as fits and an ellipsis. */
  String shorten(String text, double width) {
    int most = Math.clamp((long) (width / size * MAX_PER_EM), 0, text.length());
    int[] start = text.codePoints().limit(most + 1L).toArray();
    if (start.length <= most && width(text) <= width) {
      return text;
    }
    int fits = 0;
    int tooMany = start.length;
    while (tooMany - fits > 1) {
      int middle = (fits + tooMany) >>> 1;
      if (width(shortened(start, middle)) <= width) {
        fits = middle;
      } else {
        tooMany = middle;
      }
    }
    return shortened(start, fits);
  }

  private static String shortened(int[] codePoints, int count) {
    return new String(codePoints, 0, count).strip() + ELLIPSIS;
  }

  /**
   * Draws a text.
   *
   * @param x its left edge
   * @param baseline the line that letters stand on
   */
  void draw(Graphics2D graphics, String text, double x, double baseline) {
    AffineTransform place = AffineTransform.getTranslateInstance(x + weight / 2, baseline);
    place.scale(scale(), scale());
    graphics.setColor(colour);
    graphics.setStroke(
        new BasicStroke((float) weight, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(StrokeFont.pen(text).createTransformedShape(place));
  }

  private double scale() {
    return size / StrokeFont.EM;
  }
}
