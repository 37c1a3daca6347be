package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.NetworkResult;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** What a run takes in each engine; a network in each line. */
final class EnginesChart {
  /** The longest time over the shortest, from which on short ones would run into each other. */
  private static final double WIDE = 100;

  /** Above the first line, in lines. */
  private static final double ROOM_FOR_MARK = 0.8;

  /** From one engine to the next, in lines. */
  private static final double APART = 0.24;

  private EnginesChart() {}

  /**
   * @param labels what the networks are called
   * @param results of the same batch, one of each network
   */
  static JFreeChart of(
      String title, String subtitle, List<String> labels, List<NetworkResult> results) {
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setDrawYError(false);
    renderer.setCapLength(0);
    List<EngineKind> kinds = Tables.kinds(results);
    for (EngineKind kind : kinds) {
      int index = data.getSeriesCount();
      data.addSeries(series(kind, results, APART * (index - (kinds.size() - 1) / 2.0)));
      renderer.setSeriesPaint(index, ChartStyle.color(index));
      renderer.setSeriesShape(index, ChartStyle.shape(index));
      renderer.setSeriesStroke(index, ChartStyle.line());
      KeptMarks.add(
          renderer,
          index,
          point ->
              results
                  .get((int) Math.round(data.getYValue(index, point)))
                  .earlier(kind)
                  .isPresent());
    }
    SymbolAxis networks = new SymbolAxis(null, labels.toArray(String[]::new));
    networks.setRange(-ROOM_FOR_MARK, labels.size() - 0.5);
    networks.setInverted(true);
    networks.setGridBandsVisible(false);
    JFreeChart chart =
        ChartStyle.chart(title, subtitle, new XYPlot(data, axis(results), networks, renderer));
    KeptMarks.explain(chart, results);
    return chart;
  }

  /**
   * @param shift from a network's line, so that no engine hides another
   */
  private static XYIntervalSeries series(
      EngineKind kind, List<NetworkResult> results, double shift) {
    XYIntervalSeries series = new XYIntervalSeries(kind.label());
    for (int row = 0; row < results.size(); row++) {
      double y = row + shift;
      results
          .get(row)
          .latency(kind)
          .ifPresent(l -> series.add(l.median(), l.median(), l.p95(), y, y, y));
    }
    return series;
  }

  /** From zero where all can be seen so. */
  private static ValueAxis axis(List<NetworkResult> results) {
    String label =
        number(
            "ms for a batch of %d: the median, and a line to the 95th percentile",
            results.getFirst().batch());
    DoubleSummaryStatistics millis =
        results.stream()
            .flatMap(result -> result.engines().values().stream())
            .flatMapToDouble(latency -> DoubleStream.of(latency.median(), latency.p95()))
            .summaryStatistics();
    return millis.getMax() < WIDE * millis.getMin()
        ? ChartStyle.fromZero(label, millis.getMax())
        : ChartStyle.logarithmic(label + " (logarithmic)");
  }
}
