package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One network over many sizes of batch, on the CPU. */
record Scaling(String model, List<NetworkResult> results) {
  private static final int LEAST_BATCHES = 3;

  /** An engine with a number of threads. */
  record Line(EngineKind kind, int threads) {
    String label() {
      return kind.label() + ", " + Size.threads(threads);
    }
  }

  /** Those of all networks that were measured with three sizes or more. */
  static List<Scaling> of(List<NetworkResult> all) {
    List<NetworkResult> onCpu = all.stream().filter(r -> r.threads() > 0).toList();
    return onCpu.stream()
        .map(NetworkResult::model)
        .distinct()
        .map(model -> new Scaling(model, of(onCpu, model)))
        .filter(scaling -> scaling.batches().size() >= LEAST_BATCHES)
        .toList();
  }

  private static List<NetworkResult> of(List<NetworkResult> all, String model) {
    return all.stream().filter(r -> r.model().equals(model)).toList();
  }

  List<Integer> batches() {
    return results.stream().map(NetworkResult::batch).distinct().sorted().toList();
  }

  /** Those that there is a result of. */
  List<Line> lines() {
    return Tables.kinds(results).stream()
        .flatMap(
            kind ->
                results.stream()
                    .map(NetworkResult::threads)
                    .distinct()
                    .sorted()
                    .map(threads -> new Line(kind, threads)))
        .filter(line -> batches().stream().anyMatch(b -> result(line, b).findAny().isPresent()))
        .toList();
  }

  /** The result of a line's engine for one size, if there is one. */
  Stream<NetworkResult> result(Line line, int batch) {
    return results.stream()
        .filter(r -> r.batch() == batch && r.threads() == line.threads())
        .filter(r -> r.latency(line.kind()).isPresent());
  }

  /** Images a second. */
  String table() {
    List<String> headers = new ArrayList<>(List.of("batch"));
    lines().stream().map(Line::label).forEach(headers::add);
    Markdown table = new Markdown(headers);
    for (int batch : batches()) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString(batch)));
      for (Line line : lines()) {
        cells.add(
            result(line, batch).map(result -> cell(result, line.kind())).findFirst().orElse(""));
      }
      table.add(cells);
    }
    return table
        + (Tables.hasKept(results) ? "\n" + Tables.KEPT + " from an earlier measurement.\n" : "");
  }

  private static String cell(NetworkResult result, EngineKind kind) {
    return number("%.0f", result.imagesPerSecond(kind)) + Tables.kept(result, kind);
  }
}
