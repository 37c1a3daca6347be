package dev.vgnet.bench.report;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Networks in the order of a paper's table, with what the paper prints.
 *
 * @param name as it is asked for
 * @param source the paper, the table, and on what it was measured; empty for no paper's
 * @param pairs of networks whose comparison is what the paper is about
 */
public record PaperTable(
    String name, String title, String source, List<Row> rows, List<Pair> pairs) {
  /** Two networks of the table that are to be compared. */
  record Pair(String model, String beside) {}

  /**
   * A network. What the paper does not print is null.
   *
   * @param label what readers call it
   * @param model as {@link Workload#random} takes it
   * @param where in the paper, or null
   * @param accuracy top-1, in percent
   * @param millis a batch on the paper's GPU
   */
  public record Row(
      String label,
      String model,
      boolean squeezeExcite,
      String where,
      Double accuracy,
      Long parameters,
      Long multiplyAccumulates,
      Double batchesPerSecond,
      Double millis) {}

  /** VGNet's Table 3. */
  public static PaperTable vgnet() throws IOException {
    return read("vgnet.json");
  }

  /** BSConv's networks, with those that it changes. */
  public static PaperTable bsconv() throws IOException {
    return read("bsconv.json");
  }

  /** The papers', and what the zoo has besides. */
  static List<PaperTable> all() throws IOException {
    List<PaperTable> papers = List.of(vgnet(), bsconv());
    Set<String> known =
        papers.stream()
            .flatMap(paper -> paper.rows().stream())
            .map(Row::model)
            .collect(Collectors.toSet());
    List<Row> others = zoo().rows().stream().filter(row -> !known.contains(row.model())).toList();
    return Stream.concat(
            papers.stream(),
            Stream.of(new PaperTable("zoo", "Other networks", "", others, List.of())))
        .toList();
  }

  /** Every network of the zoo. */
  public static PaperTable zoo() {
    return new PaperTable(
        "zoo", "All networks", "", Zoo.names().stream().map(PaperTable::row).toList(), List.of());
  }

  private static Row row(String model) {
    return new Row(model, model, false, null, null, null, null, null, null);
  }

  private static PaperTable read(String resource) throws IOException {
    try (InputStream stream = PaperTable.class.getResourceAsStream(resource)) {
      return JSON.std.beanFrom(PaperTable.class, stream);
    }
  }
}
