package dev.vgnet.bench.report;

import dev.vgnet.bench.measure.NetworkResult;
import java.util.List;
import java.util.function.IntPredicate;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.renderer.xy.XYItemRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** Tells figures that were kept from an earlier measurement from those beside them in a chart. */
final class KeptMarks {
  private static final ItemLabelPosition ABOVE =
      new ItemLabelPosition(ItemLabelAnchor.OUTSIDE12, TextAnchor.BOTTOM_CENTER);

  private KeptMarks() {}

  /**
   * Puts the tables' sign above a series' points that were kept.
   *
   * @param kept which, by their place in the series
   */
  static void add(XYItemRenderer renderer, int series, IntPredicate kept) {
    renderer.setSeriesItemLabelGenerator(
        series, (_, _, point) -> kept.test(point) ? Tables.KEPT : null);
    renderer.setSeriesItemLabelsVisible(series, true);
    renderer.setSeriesItemLabelFont(series, ChartStyle.LABELS);
    renderer.setSeriesItemLabelPaint(series, ChartStyle.TEXT);
    renderer.setSeriesPositiveItemLabelPosition(series, ABOVE);
  }

  /** Says below a chart what the sign means, if any of its results has it. */
  static void explain(JFreeChart chart, List<NetworkResult> results) {
    if (Tables.hasKept(results)) {
      TextTitle note =
          ChartStyle.heading(Tables.KEPT + " from an earlier measurement", ChartStyle.LABELS);
      note.setPosition(RectangleEdge.BOTTOM);
      chart.addSubtitle(note);
    }
  }
}
