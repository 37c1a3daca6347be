package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Size;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

  private final ResultFile<NetworkResult> file;
  private final GpuResults gpu;
  private final int batch;
  private final int threads;
  private final List<Line> lines;
  private final Columns<Line> columns = new Columns<>();

  NetworkTable(PaperTable paper, ResultFile<NetworkResult> file, GpuResults gpu, Size size) {
    this.file = file;
    this.gpu = gpu;
    batch = size.batch();
    threads = size.threads();
    lines = paper.rows().stream().map(this::line).filter(Line::isMeasured).toList();
    columns.addPaper(Line::row);
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
    return columns.table(lines);
  }

  private Line line(PaperTable.Row row) {
    return new Line(
        row, threads == 0 ? null : result(row.model(), threads), result(row.model(), 0));
  }

  private NetworkResult result(String model, int count) {
    return file.results().stream()
        .filter(r -> r.model().equals(model) && r.batch() == batch && r.threads() == count)
        .findFirst()
        .orElse(null);
  }

  private void addGpu() {
    for (String column : gpu.columns()) {
      columns.add(
          column + " ms",
          "%.3f",
          line -> gpu.millis(column, line.row().model(), batch).orElse(null));
    }
  }

  private void addEngine(EngineKind kind) {
    String label = kind.label();
    columns.add(
        label + " ms", "%.2f", line -> latency(line, kind).map(Latency::median).orElse(null));
    columns.add(label + " p95", "%.2f", line -> latency(line, kind).map(Latency::p95).orElse(null));
    columns.add(label + " p99", "%.2f", line -> latency(line, kind).map(Latency::p99).orElse(null));
    columns.add(label + " runs", "%d", line -> latency(line, kind).map(Latency::runs).orElse(null));
    columns.add(
        label + " images/s",
        "%.0f",
        line -> result(line, kind).map(r -> r.imagesPerSecond(kind)).orElse(null));
    columns.add(
        label + " ÷ ours",
        line ->
            ratio(line, kind)
                .map(r -> number("%.2f (%.2f–%.2f)", r.ratio(), r.low(), r.high()))
                .orElse(null));
  }

  private void addRest() {
    columns.add(
        "GFLOP/s", "%.0f", line -> line.cpu() == null ? null : line.cpu().gflops(EngineKind.VGNET));
    columns.add(
        "of peak",
        "%.0f %%",
        line ->
            line.cpu() == null || file.peak(threads) == 0
                ? null
                : 100 * line.cpu().gflops(EngineKind.VGNET) / file.peak(threads));
    columns.add("doubts", line -> doubts(line).isEmpty() ? null : doubts(line));
  }

  private static String doubts(Line line) {
    Stream<String> doubts =
        Stream.of(line.cpu(), line.gpu())
            .filter(Objects::nonNull)
            .flatMap(result -> Doubts.of(result).stream());
    Stream<String> kept =
        Stream.of(EngineKind.values()).flatMap(kind -> earlier(line, kind).stream());
    return Stream.concat(doubts, kept).collect(Collectors.joining("; "));
  }

  private static Optional<Latency> latency(Line line, EngineKind kind) {
    return result(line, kind).flatMap(result -> result.latency(kind));
  }

  private static Optional<NetworkResult> result(Line line, EngineKind kind) {
    return Stream.of(Optional.ofNullable(line.cpu()), Optional.ofNullable(line.gpu()))
        .flatMap(Optional::stream)
        .filter(result -> result.latency(kind).isPresent())
        .findFirst();
  }

  private static Optional<String> earlier(Line line, EngineKind kind) {
    return Optional.ofNullable(line.cpu())
        .filter(result -> result.earlier(kind).isPresent())
        .map(result -> kind.label() + Tables.earlier(result, kind));
  }

  private static Optional<Ratio> ratio(Line line, EngineKind kind) {
    return Optional.ofNullable(line.cpu()).flatMap(result -> result.ratio(kind));
  }
}
