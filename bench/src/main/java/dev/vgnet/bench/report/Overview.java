package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Size;
import java.util.List;
import java.util.Optional;

/**
 * A paper's table with the medians of all batches and numbers of threads that many of its networks
 * were measured with, for pages that people read.
 */
final class Overview {
  private final PaperTable paper;
  private final List<NetworkResult> results;
  private final GpuResults gpu;
  private final List<Size> sizes;

  Overview(PaperTable paper, List<NetworkResult> results, GpuResults gpu) {
    this.paper = paper;
    this.gpu = gpu;
    this.results = results.stream().filter(r -> row(r.model()).isPresent()).toList();
    sizes = Size.ofMany(this.results);
  }

  boolean isEmpty() {
    return sizes.isEmpty();
  }

  @Override
  public String toString() {
    Columns<PaperTable.Row> columns = new Columns<>();
    columns.addPaper(row -> row);
    for (int batch : sizes.stream().map(Size::batch).distinct().toList()) {
      for (String column : gpu.columns()) {
        columns.add(
            column + ", batch " + batch,
            "%.3f",
            row -> gpu.millis(column, row.model(), batch).orElse(null));
      }
    }
    for (Size size : sizes) {
      columns.add(size.label(), row -> result(row, size).map(Overview::cell).orElse(null));
    }
    for (EngineKind kind : EngineKind.values()) {
      if (kind != EngineKind.ORT) {
        for (Size size : sizes) {
          columns.add(
              number("%s ÷ ours, %s", kind.label(), size.label()),
              row -> result(row, size).flatMap(r -> ratio(r, kind)).orElse(null));
        }
      }
    }
    List<PaperTable.Row> measured =
        paper.rows().stream()
            .filter(row -> sizes.stream().anyMatch(size -> result(row, size).isPresent()))
            .toList();
    return columns.table(measured) + "\n" + summary();
  }

  /** Milliseconds, and ONNX Runtime's ratio to them. */
  private static String cell(NetworkResult result) {
    String millis =
        result.latency(EngineKind.VGNET).map(l -> number("%.2f", l.median())).orElse("");
    return millis
        + ratio(result, EngineKind.ORT).map(" (%s)"::formatted).orElse("")
        + (Doubts.of(result).isEmpty() ? "" : Doubts.MARK);
  }

  private static Optional<String> ratio(NetworkResult result, EngineKind kind) {
    return result.ratio(kind).map(r -> number("%.2f", r.ratio()) + Tables.kept(result, kind));
  }

  private String summary() {
    List<NetworkResult> shown =
        sizes.stream()
            .flatMap(size -> paper.rows().stream().flatMap(row -> result(row, size).stream()))
            .toList();
    boolean hasRatios = shown.stream().anyMatch(r -> r.ratio(EngineKind.ORT).isPresent());
    return "Milliseconds a run of this engine"
        + (hasRatios
            ? "; in parentheses %s's time over this engine's: above 1, this engine is faster.\n"
                .formatted(EngineKind.ORT.label())
            : ".\n")
        + Doubts.LEGEND
        + "\n"
        + (Tables.hasKept(shown)
            ? Tables.KEPT + " from an earlier measurement, to this engine's time in that one.\n"
            : "");
  }

  private Optional<NetworkResult> result(PaperTable.Row row, Size size) {
    return results.stream()
        .filter(r -> r.model().equals(row.model()) && Size.of(r).equals(size))
        .findFirst();
  }

  private Optional<PaperTable.Row> row(String model) {
    return paper.rows().stream().filter(row -> row.model().equals(model)).findFirst();
  }
}
