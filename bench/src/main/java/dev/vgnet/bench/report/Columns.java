package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.Workload;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The columns of a table with a network in each line. One that nothing is known for is left out.
 *
 * @param <L> a line
 */
final class Columns<L> {
  /** Its cell is null where nothing is known. */
  private record Column<L>(String header, Function<L, String> cell) {}

  private final List<Column<L>> columns = new ArrayList<>();

  /** Adds a column of words that may be null. */
  void add(String header, Function<L, String> cell) {
    columns.add(new Column<>(header, cell));
  }

  /** Adds a column of a figure that may be null. */
  void add(String header, String format, Function<L, Object> value) {
    add(
        header,
        line -> Optional.ofNullable(value.apply(line)).map(v -> number(format, v)).orElse(null));
  }

  /** Adds what a paper tells of a network, beside what is counted here. */
  void addPaper(Function<L, PaperTable.Row> row) {
    add("network", line -> row.apply(line).label());
    add("SE", line -> row.apply(line).squeezeExcite() ? "✓" : null);
    add("parameters", "%,d", line -> Workload.info(row.apply(line).model()).parameters());
    add("paper's", "%s M", line -> millions(row.apply(line).parameters()));
    add(
        "MACs (M)",
        "%.1f",
        line -> 1e-6 * Workload.info(row.apply(line).model()).multiplyAccumulates());
    add("paper's (M)", "%s", line -> millions(row.apply(line).multiplyAccumulates()));
    add("paper's top-1 %", "%.1f", line -> row.apply(line).accuracy());
    add("from", line -> row.apply(line).where());
    add("paper's GPU ms", "%.2f", line -> row.apply(line).millis());
    add("batches/s", "%.0f", line -> row.apply(line).batchesPerSecond());
  }

  /** With the paper's digits. */
  private static String millions(Long count) {
    return count == null
        ? null
        : BigDecimal.valueOf(count).movePointLeft(6).stripTrailingZeros().toPlainString();
  }

  /** The table in Markdown. */
  String table(List<L> lines) {
    List<Column<L>> known =
        columns.stream()
            .filter(column -> lines.stream().anyMatch(line -> column.cell().apply(line) != null))
            .toList();
    Markdown table = new Markdown(known.stream().map(Column::header).toList());
    for (L line : lines) {
      table.add(
          known.stream()
              .map(column -> Optional.ofNullable(column.cell().apply(line)).orElse(""))
              .toList());
    }
    return table.toString();
  }
}
