package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two networks of a paper each, beside each other: how much longer one takes than the other in this
 * engine, and as the paper has it. The two were measured one after the other, not in turns; there
 * are doubts where that was not soon after, or another state of the engine.
 */
final class PairTable {
  private static final Duration SOON = Duration.ofMinutes(10);

  private final Map<String, PaperTable.Row> rows;
  private final List<PaperTable.Pair> pairs;
  private final List<NetworkResult> results;

  PairTable(PaperTable paper, List<NetworkResult> results) {
    this.results = results.stream().filter(r -> r.threads() > 0).toList();
    rows = paper.rows().stream().collect(Collectors.toMap(PaperTable.Row::model, row -> row));
    pairs =
        paper.pairs().stream()
            .filter(
                pair -> Size.of(results).stream().anyMatch(size -> ratio(pair, size).isPresent()))
            .toList();
  }

  boolean isEmpty() {
    return pairs.isEmpty();
  }

  @Override
  public String toString() {
    List<Size> sizes =
        Size.of(results).stream()
            .filter(size -> pairs.stream().anyMatch(pair -> ratio(pair, size).isPresent()))
            .toList();
    boolean timed = rows.values().stream().anyMatch(row -> row.millis() != null);
    List<String> headers =
        new ArrayList<>(List.of("network", "beside", "accuracy", "parameters ÷", "MACs ÷"));
    if (timed) {
      headers.add("time ÷, paper");
    }
    for (Size size : sizes) {
      headers.add("time ÷, " + size.label());
    }
    Markdown table = new Markdown(headers);
    for (PaperTable.Pair pair : pairs) {
      List<String> cells = cells(rows.get(pair.model()), rows.get(pair.beside()), timed);
      for (Size size : sizes) {
        cells.add(ratio(pair, size).orElse(""));
      }
      table.add(cells);
    }
    return table.toString();
  }

  private static List<String> cells(PaperTable.Row one, PaperTable.Row other, boolean timed) {
    List<String> cells = new ArrayList<>();
    cells.add(one.label());
    cells.add(other.label());
    cells.add(
        one.accuracy() == null || other.accuracy() == null
            ? ""
            : number("%.1f %% / %.1f %%", one.accuracy(), other.accuracy()));
    cells.add(number("%.2f", counted(one, other, model -> Workload.info(model).parameters())));
    cells.add(
        number("%.2f", counted(one, other, model -> Workload.info(model).multiplyAccumulates())));
    if (timed) {
      cells.add(number("%.2f", one.millis() / other.millis()));
    }
    return cells;
  }

  private static double counted(
      PaperTable.Row one, PaperTable.Row other, Function<String, Long> count) {
    return (double) count.apply(one.model()) / count.apply(other.model());
  }

  private Optional<String> ratio(PaperTable.Pair pair, Size size) {
    return result(pair.model(), size)
        .flatMap(one -> result(pair.beside(), size).map(other -> cell(one, other)));
  }

  private static String cell(NetworkResult one, NetworkResult other) {
    boolean doubtful =
        areApart(one, other)
            || Stream.of(one, other).anyMatch(r -> Doubts.of("", latency(r)).isPresent());
    return number("%.2f", latency(one).median() / latency(other).median())
        + (doubtful ? Doubts.MARK : "");
  }

  private static boolean areApart(NetworkResult one, NetworkResult other) {
    Duration between =
        Duration.between(Instant.parse(one.measured()), Instant.parse(other.measured()));
    return between.abs().compareTo(SOON) > 0 || !one.commit().equals(other.commit());
  }

  private static Latency latency(NetworkResult result) {
    return result.latency(EngineKind.VGNET).orElseThrow();
  }

  private Optional<NetworkResult> result(String model, Size size) {
    return results.stream()
        .filter(r -> r.model().equals(model))
        .filter(r -> Size.of(r).equals(size))
        .findFirst();
  }
}
