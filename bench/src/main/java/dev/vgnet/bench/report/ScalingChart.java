package dev.vgnet.bench.report;

import dev.vgnet.bench.engine.EngineKind;
import java.awt.geom.Line2D;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Images a second over the size of a batch; a line for each engine and number of threads. */
final class ScalingChart {
  private static final double LEGEND_LINE = 16;

  private ScalingChart() {}

  static JFreeChart of(Scaling scaling, String machine) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    renderer.setLegendLine(new Line2D.Double(-LEGEND_LINE, 0, LEGEND_LINE, 0));
    List<Integer> batches = scaling.batches();
    List<EngineKind> kinds = Tables.kinds(scaling.results());
    double most = 0;
    for (Scaling.Line line : scaling.lines()) {
      XYSeries series = new XYSeries(line.label());
      for (int i = 0; i < batches.size(); i++) {
        int x = i;
        scaling
            .result(line, batches.get(i))
            .forEach(r -> series.add(x, r.imagesPerSecond(line.kind())));
      }
      int index = data.getSeriesCount();
      int kind = kinds.indexOf(line.kind());
      renderer.setSeriesPaint(index, ChartStyle.color(kind));
      renderer.setSeriesShape(index, ChartStyle.shape(kind));
      renderer.setSeriesStroke(
          index, line.threads() == 1 ? ChartStyle.dashes() : ChartStyle.line());
      KeptMarks.add(
          renderer,
          index,
          point ->
              scaling
                  .result(line, batches.get(series.getX(point).intValue()))
                  .anyMatch(result -> result.earlier(line.kind()).isPresent()));
      data.addSeries(series);
      most = Math.max(most, series.getMaxY());
    }
    SymbolAxis domain =
        new SymbolAxis(
            "images in a batch", batches.stream().map(String::valueOf).toArray(String[]::new));
    domain.setGridBandsVisible(false);
    JFreeChart chart =
        ChartStyle.chart(
            scaling.model() + " by batch and threads",
            "float32; " + machine,
            new XYPlot(data, domain, ChartStyle.fromZero("images a second", most), renderer));
    KeptMarks.explain(chart, scaling.results());
    return chart;
  }
}
