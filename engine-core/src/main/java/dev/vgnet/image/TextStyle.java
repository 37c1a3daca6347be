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

  /** How far a text reaches, in pixels. */
  double width(String text) {
    return StrokeFont.width(text) * scale();
  }

  /** The text, or where it is wider than so many pixels, as much of it as fits and an ellipsis. */
  String shorten(String text, double width) {
    if (width(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && width(text.substring(0, end).strip() + ELLIPSIS) > width) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end).strip() + ELLIPSIS;
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
