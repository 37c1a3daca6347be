package dev.vgnet.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.text.DecimalFormat;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.util.ShapeUtils;

/**
 * How charts look: on white, with colours that the colour-blind tell apart (Okabe and Ito's) and a
 * shape for each, so that a print in grey can be read, too.
 */
final class ChartStyle {
  static final Font LABELS = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  static final Color TEXT = new Color(0x333333);

  private static final Font AXES = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 15);
  private static final Font SUBTITLE = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final Color GRID = new Color(0xDDDDDD);
  private static final float WIDTH = 1.8f;
  private static final double RADIUS = 4.5;
  private static final double MARGIN = 0.06;
  private static final int TICKS = 8;

  private static final List<Color> COLORS =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0xE69F00),
          new Color(0x56B4E9));

  private static final List<Shape> SHAPES =
      List.of(
          circle(),
          polygon(4, 0.25),
          polygon(3, 0),
          polygon(4, 0),
          polygon(3, 0.25),
          ShapeUtils.createDiagonalCross(3.5f, 1));

  private ChartStyle() {}

  static Color color(int index) {
    return COLORS.get(index % COLORS.size());
  }

  static Shape shape(int index) {
    return SHAPES.get(index % SHAPES.size());
  }

  static Stroke line() {
    return new BasicStroke(WIDTH, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  static Stroke dashes() {
    return new BasicStroke(
        WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0);
  }

  /** A chart of a plot, its legend below. */
  static JFreeChart chart(String title, String subtitle, XYPlot plot) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1));
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setOutlineVisible(false);
    style(plot.getDomainAxis());
    style(plot.getRangeAxis());
    JFreeChart chart = new JFreeChart(null, AXES, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(10, 10, 10, 16));
    chart.addSubtitle(0, heading(title, TITLE));
    chart.addSubtitle(1, heading(subtitle, SUBTITLE));
    chart.getLegend().setItemFont(AXES);
    chart.getLegend().setItemPaint(TEXT);
    chart.getLegend().setFrame(BlockBorder.NONE);
    chart.getLegend().setPosition(RectangleEdge.BOTTOM);
    return chart;
  }

  /** Words above or below a plot. */
  static TextTitle heading(String text, Font font) {
    TextTitle heading = new TextTitle(text, font);
    heading.setPaint(TEXT);
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    heading.setTextAlignment(HorizontalAlignment.LEFT);
    heading.setPadding(2, 2, 4, 2);
    return heading;
  }

  private static void style(ValueAxis axis) {
    axis.setLabelFont(AXES);
    axis.setTickLabelFont(LABELS);
    axis.setLabelPaint(TEXT);
    axis.setTickLabelPaint(TEXT);
    axis.setAxisLineVisible(false);
    axis.setTickMarksVisible(false);
  }

  /** An axis of numbers from zero to a little above the largest. */
  static NumberAxis fromZero(String label, double most) {
    NumberAxis axis = new NumberAxis(label);
    axis.setRange(0, most * (1 + MARGIN));
    axis.setTickUnit(new NumberTickUnit(roundUp(most / TICKS)));
    return axis;
  }

  /** An axis of the numbers that there are. */
  static NumberAxis between(String label, double least, double most) {
    NumberAxis axis = new NumberAxis(label);
    double step = roundUp((most - least) / TICKS);
    axis.setRange(least - step, most + step);
    axis.setTickUnit(new NumberTickUnit(step));
    return axis;
  }

  /** An axis whose ticks are powers of two. */
  static LogAxis logarithmic(String label) {
    LogAxis axis = new LogAxis(label);
    axis.setBase(2);
    axis.setTickUnit(new NumberTickUnit(1));
    axis.setNumberFormatOverride(new DecimalFormat("#,##0.###"));
    return axis;
  }

  /** To 1, 2 or 5 times a power of ten. */
  private static double roundUp(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    return DoubleStream.of(1, 2, 5, 10)
        .map(factor -> factor * power)
        .filter(round -> round >= step)
        .findFirst()
        .orElse(step);
  }

  private static Shape circle() {
    return new Ellipse2D.Double(-RADIUS, -RADIUS, 2 * RADIUS, 2 * RADIUS);
  }

  /** With a corner on top, turned by a part of the angle between two corners. */
  private static Shape polygon(int corners, double turn) {
    Path2D path = new Path2D.Double();
    double radius = RADIUS * 1.25;
    for (int corner = 0; corner < corners; corner++) {
      double angle = 2 * Math.PI * (corner + 2 * turn) / corners - Math.PI / 2;
      double x = radius * Math.cos(angle);
      double y = radius * Math.sin(angle);
      if (corner == 0) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    path.closePath();
    return path;
  }
}
