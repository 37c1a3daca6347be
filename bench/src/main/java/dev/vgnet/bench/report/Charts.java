package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Size;
import java.awt.Dimension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Pictures of results on the CPU. */
final class Charts {
  private static final Dimension SIZE = new Dimension(900, 620);
  private static final int LEAST_POINTS = 2;
  private static final int PAPERS_BATCH = 16;

  private static final int FRAME_HEIGHT = 150;
  private static final int ROW_HEIGHT = 26;

  /** A network of a paper's table and its result. */
  private record Point(PaperTable.Row row, NetworkResult result) {
    double millis() {
      return result.latency(EngineKind.VGNET).orElseThrow().median();
    }

    String group() {
      String family = Workload.info(row.model()).family();
      return row.model().startsWith("vgnet")
          ? "VGNetG" + (row.squeezeExcite() ? " + SE" : "")
          : family.startsWith("MobileNet") ? "MobileNet" : family;
    }
  }

  private final Path folder;
  private final List<NetworkResult> results;
  private final String machine;
  private final List<String> written = new ArrayList<>();

  /**
   * @param folder to write to
   * @param results those on a GPU are left out
   * @param machine under what conditions, in a line
   */
  Charts(Path folder, List<NetworkResult> results, String machine) {
    this.folder = folder;
    this.results = results.stream().filter(r -> r.threads() > 0).toList();
    this.machine = machine;
  }

  /**
   * Writes those that there is enough to see in.
   *
   * @return their names, without what tells SVG from PNG
   */
  List<String> write() throws IOException {
    List<Point> points = points(PaperTable.vgnet());
    if (points.size() >= LEAST_POINTS) {
      write(
          points,
          "vgnet-parameters",
          "This engine's latency against parameters",
          "parameters (millions)",
          p -> 1e-6 * p.result().parameters());
      write(
          points,
          "vgnet-accuracy",
          "This engine's latency against accuracy",
          "top-1 accuracy on ImageNet, as the VGNet paper reports it (%)",
          p -> p.row().accuracy());
    }
    for (PaperTable paper : List.of(PaperTable.vgnet(), PaperTable.bsconv())) {
      points = points(paper);
      if (points.size() >= LEAST_POINTS) {
        writeEngines(paper, points);
      }
    }
    for (Scaling scaling : Scaling.of(results)) {
      write(ScalingChart.of(scaling, machine), SIZE, "scaling-" + scaling.model());
    }
    return List.copyOf(written);
  }

  private void write(JFreeChart chart, Dimension size, String name) throws IOException {
    ChartFiles.write(chart, size, folder, name);
    written.add(name);
  }

  /** What was measured of a table, with the batch and threads that most of it was measured with. */
  private List<Point> points(PaperTable paper) {
    Map<Size, List<Point>> sizes = new LinkedHashMap<>();
    for (PaperTable.Row row : paper.rows()) {
      for (NetworkResult result : results) {
        if (result.model().equals(row.model())) {
          sizes
              .computeIfAbsent(Size.of(result), _ -> new ArrayList<>())
              .add(new Point(row, result));
        }
      }
    }
    return sizes.entrySet().stream()
        .max(
            Comparator.<Map.Entry<Size, List<Point>>>comparingInt(size -> size.getValue().size())
                .thenComparing(size -> size.getKey().batch() == PAPERS_BATCH)
                .thenComparing(size -> size.getKey().threads()))
        .map(Map.Entry::getValue)
        .orElse(List.of());
  }

  private String subtitle(List<Point> points) {
    NetworkResult first = points.getFirst().result();
    String sizes =
        points.stream()
            .map(point -> point.result().imageSize())
            .distinct()
            .sorted(Comparator.reverseOrder())
            .map(size -> number("%dx%d", size, size))
            .collect(Collectors.joining(" or "));
    return number("%s, %s, float32; %s", Size.of(first).label(), sizes, machine);
  }

  private void write(
      List<Point> points, String name, String title, String axis, ToDoubleFunction<Point> x)
      throws IOException {
    Map<String, XYSeries> groups = new TreeMap<>();
    List<PointLabels.Label> labels = new ArrayList<>();
    for (Point point : points) {
      groups
          .computeIfAbsent(point.group(), group -> new XYSeries(group, false))
          .add(x.applyAsDouble(point), point.millis());
      labels.add(
          new PointLabels.Label(x.applyAsDouble(point), point.millis(), point.row().label()));
    }
    XYSeriesCollection data = new XYSeriesCollection();
    groups.values().forEach(data::addSeries);
    DoubleSummaryStatistics range = points.stream().mapToDouble(x).summaryStatistics();
    NumberAxis domain = ChartStyle.between(axis, range.getMin(), range.getMax());
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
    for (int i = 0; i < data.getSeriesCount(); i++) {
      renderer.setSeriesPaint(i, ChartStyle.color(i));
      renderer.setSeriesShape(i, ChartStyle.shape(i));
    }
    NetworkResult first = points.getFirst().result();
    double most = points.stream().mapToDouble(Point::millis).max().orElseThrow();
    NumberAxis millis = ChartStyle.fromZero(number("ms for a batch of %d", first.batch()), most);
    JFreeChart chart =
        ChartStyle.chart(title, subtitle(points), new XYPlot(data, domain, millis, renderer));
    PointLabels.add(chart, SIZE, labels);
    write(chart, SIZE, name);
  }

  private void writeEngines(PaperTable paper, List<Point> points) throws IOException {
    JFreeChart chart =
        EnginesChart.of(
            paper.title(),
            subtitle(points),
            points.stream().map(point -> point.row().label()).toList(),
            points.stream().map(Point::result).toList());
    Dimension size = new Dimension(SIZE.width, FRAME_HEIGHT + ROW_HEIGHT * points.size());
    write(chart, size, paper.name() + "-engines");
  }
}
