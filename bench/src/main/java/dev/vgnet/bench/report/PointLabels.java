package dev.vgnet.bench.report;

import java.awt.Dimension;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.ChartRenderingInfo;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** Puts names beside the points of a chart so that they hide neither points nor each other. */
final class PointLabels {
  /** A name at a place in the data. */
  record Label(double x, double y, String text) {}

  private static final double GAP = 8;

  /** Where a name may stand, best first: pixels from the point to the anchor. */
  private enum Place {
    RIGHT(GAP, 0, TextAnchor.CENTER_LEFT),
    LEFT(-GAP, 0, TextAnchor.CENTER_RIGHT),
    ABOVE(0, -GAP, TextAnchor.BOTTOM_CENTER),
    BELOW(0, GAP, TextAnchor.TOP_CENTER),
    ABOVE_RIGHT(GAP / 2, -GAP / 2, TextAnchor.BOTTOM_LEFT),
    BELOW_RIGHT(GAP / 2, GAP / 2, TextAnchor.TOP_LEFT),
    ABOVE_LEFT(-GAP / 2, -GAP / 2, TextAnchor.BOTTOM_RIGHT),
    BELOW_LEFT(-GAP / 2, GAP / 2, TextAnchor.TOP_RIGHT);

    private final double right;
    private final double down;
    private final TextAnchor anchor;

    Place(double right, double down, TextAnchor anchor) {
      this.right = right;
      this.down = down;
      this.anchor = anchor;
    }

    Rectangle2D around(Point2D point, double width, double height) {
      double x = point.getX() + right;
      double y = point.getY() + down;
      double left = anchor.isLeft() ? x : anchor.isRight() ? x - width : x - width / 2;
      double top = anchor.isTop() ? y : anchor.isBottom() ? y - height : y - height / 2;
      return new Rectangle2D.Double(left, top, width, height);
    }
  }

  private final XYPlot plot;
  private final Rectangle2D area;
  private final FontMetrics metrics;
  private final List<Rectangle2D> taken = new ArrayList<>();

  private PointLabels(XYPlot plot, Rectangle2D area, FontMetrics metrics) {
    this.plot = plot;
    this.area = area;
    this.metrics = metrics;
  }

  /** Adds the names to a chart that will be drawn in this size. */
  static void add(JFreeChart chart, Dimension size, List<Label> labels) {
    BufferedImage image = new BufferedImage(size.width, size.height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    ChartRenderingInfo info = new ChartRenderingInfo();
    chart.draw(graphics, new Rectangle2D.Double(0, 0, size.width, size.height), info);
    PointLabels placed =
        new PointLabels(
            chart.getXYPlot(),
            info.getPlotInfo().getDataArea(),
            graphics.getFontMetrics(ChartStyle.LABELS));
    graphics.dispose();
    for (Label label : labels) {
      Point2D point = placed.pixel(label);
      placed.taken.add(
          new Rectangle2D.Double(point.getX() - GAP / 2, point.getY() - GAP / 2, GAP, GAP));
    }
    labels.forEach(placed::place);
  }

  private Point2D pixel(Label label) {
    return new Point2D.Double(
        plot.getDomainAxis().valueToJava2D(label.x(), area, RectangleEdge.BOTTOM),
        plot.getRangeAxis().valueToJava2D(label.y(), area, RectangleEdge.LEFT));
  }

  private void place(Label label) {
    Point2D point = pixel(label);
    double width = metrics.stringWidth(label.text());
    double height = metrics.getHeight();
    Place best = Place.RIGHT;
    double least = Double.MAX_VALUE;
    for (Place place : Place.values()) {
      double hidden = hidden(place.around(point, width, height));
      if (hidden < least) {
        best = place;
        least = hidden;
      }
    }
    Rectangle2D box = best.around(point, width, height);
    taken.add(box);
    XYTextAnnotation annotation =
        new XYTextAnnotation(
            label.text(),
            plot.getDomainAxis().java2DToValue(box.getCenterX(), area, RectangleEdge.BOTTOM),
            plot.getRangeAxis().java2DToValue(box.getCenterY(), area, RectangleEdge.LEFT));
    annotation.setTextAnchor(TextAnchor.CENTER);
    annotation.setFont(ChartStyle.LABELS);
    annotation.setPaint(ChartStyle.TEXT);
    plot.addAnnotation(annotation);
  }

  /** How much a box hides, or sticks out, in square pixels. */
  private double hidden(Rectangle2D box) {
    Rectangle2D inside = box.createIntersection(area);
    double outside = box.getWidth() * box.getHeight() - inside.getWidth() * inside.getHeight();
    return outside
        + taken.stream()
            .filter(box::intersects)
            .map(box::createIntersection)
            .mapToDouble(common -> common.getWidth() * common.getHeight())
            .sum();
  }
}
