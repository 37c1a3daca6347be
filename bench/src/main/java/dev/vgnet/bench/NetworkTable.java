package dev.vgnet.bench;

import static dev.vgnet.bench.Tables.number;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A paper's table with what was measured for one batch and number of threads. Networks that were
 * not measured and columns that nothing is known for are left out.
 */
final class NetworkTable {
  /** A network; what was not measured is null. */
  private record Line(PaperTable.Row row, NetworkResult cpu, NetworkResult gpu) {
    boolean isMeasured() {
      return cpu != null || gpu != null;
    }
  }

  /** Its cell is null where nothing is known. */
  private record Column(String header, Function<Line, String> cell) {}

  private final ResultFile<NetworkResult> file;
  private final GpuResults gpu;
  private final int batch;
  private final int threads;
  private final List<Line> lines;
  private final List<Column> columns = new ArrayList<>();

  NetworkTable(
      PaperTable paper, ResultFile<NetworkResult> file, GpuResults gpu, int batch, int threads) {
    this.file = file;
    this.gpu = gpu;
    this.batch = batch;
    this.threads = threads;
    lines = paper.rows().stream().map(this::line).filter(Line::isMeasured).toList();
    column("network", line -> line.row().label());
    addPaper();
    addGpu();
    for (EngineKind kind : EngineKind.values()) {
      addEngine(kind);
    }
    addRest();
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  /** How many networks it has. */
  int size() {
    return lines.size();
  }

  @Override
  public String toString() {
    List<Column> known =
        columns.stream()
            .filter(column -> lines.stream().anyMatch(line -> column.cell().apply(line) != null))
            .toList();
    Markdown table = new Markdown(known.stream().map(Column::header).toList());
    for (Line line : lines) {
      table.add(
          known.stream()
              .map(column -> Optional.ofNullable(column.cell().apply(line)).orElse(""))
              .toList());
    }
    return table.toString();
  }

  private Line line(PaperTable.Row row) {
    return new Line(row, result(row.model(), threads), result(row.model(), 0));
  }

  private NetworkResult result(String model, int count) {
    return file.results().stream()
        .filter(r -> r.model().equals(model) && r.batch() == batch && r.threads() == count)
        .findFirst()
        .orElse(null);
  }

  private void column(String header, Function<Line, String> cell) {
    columns.add(new Column(header, cell));
  }

  /** A column of a figure that may be null. */
  private void figure(String header, String format, Function<Line, Object> value) {
    column(
        header,
        line -> Optional.ofNullable(value.apply(line)).map(v -> number(format, v)).orElse(null));
  }

  private void addPaper() {
    column("SE", line -> line.row().squeezeExcite() ? "✓" : null);
    figure("parameters", "%,d", line -> Workload.info(line.row().model()).parameters());
    figure("paper's", "%s M", line -> millions(line.row().parameters()));
    figure(
        "MACs (M)", "%.1f", line -> 1e-6 * Workload.info(line.row().model()).multiplyAccumulates());
    figure("paper's (M)", "%s", line -> millions(line.row().multiplyAccumulates()));
    figure("paper's top-1 %", "%.1f", line -> line.row().accuracy());
    column("from", line -> line.row().where());
    figure("paper's GPU ms", "%.2f", line -> line.row().millis());
    figure("batches/s", "%.0f", line -> line.row().batchesPerSecond());
  }

  /** With the paper's digits. */
  private static String millions(Long count) {
    return count == null
        ? null
        : BigDecimal.valueOf(count).movePointLeft(6).stripTrailingZeros().toPlainString();
  }

  private void addGpu() {
    for (String column : gpu.columns()) {
      figure(
          column + " ms",
          "%.3f",
          line -> gpu.millis(column, line.row().model(), batch).orElse(null));
    }
  }

  private void addEngine(EngineKind kind) {
    String label = kind.label();
    figure(label + " ms", "%.2f", line -> latency(line, kind).map(Latency::median).orElse(null));
    if (kind == EngineKind.VGNET) {
      figure("p95", "%.2f", line -> latency(line, kind).map(Latency::p95).orElse(null));
      figure("p99", "%.2f", line -> latency(line, kind).map(Latency::p99).orElse(null));
      figure("runs", "%d", line -> latency(line, kind).map(Latency::runs).orElse(null));
      figure(
          "images/s", "%.0f", line -> line.cpu() == null ? null : line.cpu().imagesPerSecond(kind));
    }
    column(
        label + " ÷ ours",
        line ->
            ratio(line, kind)
                .map(r -> number("%.2f (%.2f–%.2f)", r.ratio(), r.low(), r.high()))
                .orElse(null));
  }

  private void addRest() {
    figure(
        "GFLOP/s", "%.0f", line -> line.cpu() == null ? null : line.cpu().gflops(EngineKind.VGNET));
    figure(
        "of peak",
        "%.0f %%",
        line ->
            line.cpu() == null || file.peak(threads) == 0
                ? null
                : 100 * line.cpu().gflops(EngineKind.VGNET) / file.peak(threads));
    column("doubts", line -> doubts(line).isEmpty() ? null : doubts(line));
  }

  private static String doubts(Line line) {
    return Stream.of(EngineKind.values())
        .flatMap(
            kind ->
                Stream.concat(
                    latency(line, kind).stream().map(l -> Tables.unsteady(kind.label(), l)),
                    ratio(line, kind).stream()
                        .map(r -> r.wide() ? kind.label() + " ratio is wide" : "")))
        .filter(doubt -> !doubt.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static Optional<Latency> latency(Line line, EngineKind kind) {
    return Stream.of(Optional.ofNullable(line.cpu()), Optional.ofNullable(line.gpu()))
        .flatMap(Optional::stream)
        .flatMap(result -> result.latency(kind).stream())
        .findFirst();
  }

  private static Optional<Ratio> ratio(Line line, EngineKind kind) {
    return Optional.ofNullable(line.cpu()).flatMap(result -> result.ratio(kind));
  }
}
