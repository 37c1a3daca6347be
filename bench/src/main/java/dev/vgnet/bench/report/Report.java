package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Size;
import dev.vgnet.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a file of results says, for readers: tables in Markdown, with the conditions. */
public final class Report {
  private static final String BEGIN = "<!-- begin tables -->";
  private static final String END = "<!-- end tables -->";
  private static final Pattern MARKED = Pattern.compile("(?s)" + BEGIN + ".*" + END);

  private final ResultFile<NetworkResult> file;
  private final GpuResults gpu;

  public Report(ResultFile<NetworkResult> file, GpuResults gpu) {
    this.file = file;
    this.gpu = gpu;
  }

  /**
   * Writes the tables and charts.
   *
   * @return the names of the charts, without what tells SVG from PNG
   */
  public List<String> write(Path folder) throws IOException {
    String text = text();
    OutputFiles.write(folder.resolve("table.md"), text);
    Conditions on = file.conditions();
    String machine = "%s, %d processors; %s".formatted(on.cpu(), on.processors(), on.jvm());
    return new Charts(folder, file.results(), machine).write();
  }

  /**
   * Puts charts and tables into a page, between two lines that are comments.
   *
   * @param charts their names, and the folder where they are
   * @throws CommandFailure if the page has no such lines
   */
  public void insert(Path page, Path folder, List<String> charts) throws IOException {
    Matcher marked = MARKED.matcher(Files.readString(page));
    if (!marked.find()) {
      throw new CommandFailure(
          page + " has no lines <!-- begin tables --> and <!-- end tables -->");
    }
    String pictures =
        charts.stream()
            .map(
                name ->
                    "![%s](%s)\n\n".formatted(name, relative(page, folder.resolve(name + ".svg"))))
            .collect(Collectors.joining());
    String tables = overview().replaceAll("(?m)^## ", "### ");
    String ratios = ratios();
    String rest =
        "Percentiles, spread, images a second and GFLOP/s are in [table.md](%s).\n"
            .formatted(relative(page, folder.resolve("table.md")));
    OutputFiles.write(
        page,
        marked.replaceFirst(
            Matcher.quoteReplacement(
                String.join("\n", BEGIN, "", ratios + pictures + tables, rest, END))));
  }

  /** A link of a page. */
  private static String relative(Path page, Path file) {
    return page.toAbsolutePath()
        .getParent()
        .relativize(file.toAbsolutePath())
        .toString()
        .replace('\\', '/');
  }

  /** All tables. */
  public String text() throws IOException {
    StringBuilder text = new StringBuilder(ratios()).append(overview());
    for (PaperTable paper : PaperTable.all()) {
      appendTables(text.append('\n'), paper);
    }
    return text.toString().stripTrailing() + "\n";
  }

  /** What all of it comes to. */
  private String ratios() throws IOException {
    RatioTable table = new RatioTable(PaperTable.all(), file.results());
    return table.isEmpty()
        ? ""
        : "%s's time over this engine's: above 1, this engine is faster.\n\n%s\n"
            .formatted(EngineKind.ORT.label(), table);
  }

  /** All medians and ratios, but nothing of their spread. */
  private String overview() throws IOException {
    StringBuilder text = new StringBuilder();
    for (PaperTable paper : PaperTable.all()) {
      appendOverview(text, paper);
      appendPairs(text, paper);
    }
    appendScaling(text);
    return text.append(new ConditionsText(file, gpu)).toString();
  }

  private void appendScaling(StringBuilder text) {
    for (Scaling scaling : Scaling.of(file.results())) {
      text.append("## ").append(scaling.model()).append(", by batch and threads\n\n");
      text.append("Images a second.\n\n").append(scaling.table()).append('\n');
    }
  }

  private void appendTables(StringBuilder text, PaperTable paper) {
    for (Size size : sizes()) {
      NetworkTable table = new NetworkTable(paper, file, gpu, size);
      if (table.isEmpty() || table.size() == 1 && isInAnotherTable(paper, size)) {
        continue;
      }
      text.append(number("## %s; %s\n\n", paper.title(), size.label()));
      if (table.size() < paper.rows().size() && !paper.source().isEmpty()) {
        text.append(
            number("%d of the table's %d networks.\n\n", table.size(), paper.rows().size()));
      }
      text.append(table).append('\n');
    }
  }

  private static void appendSource(StringBuilder text, PaperTable paper) {
    if (!paper.source().isEmpty()) {
      text.append("Paper: ").append(paper.source()).append(".\n\n");
    }
  }

  private void appendOverview(StringBuilder text, PaperTable paper) {
    Overview overview = new Overview(paper, file.results(), gpu);
    if (!overview.isEmpty()) {
      text.append("## ").append(paper.title()).append("\n\n").append(overview).append('\n');
      appendSource(text, paper);
    }
  }

  private void appendPairs(StringBuilder text, PaperTable paper) {
    PairTable pairs = new PairTable(paper, file.results());
    if (!pairs.isEmpty()) {
      text.append("## ").append(paper.title()).append("; two by two\n\n");
      text.append("Below 1, the first is smaller or faster than the one beside it.\n\n");
      text.append(pairs).append('\n');
    }
  }

  /** A network alone with its batch is a point of its scaling, and no table. */
  private boolean isInAnotherTable(PaperTable paper, Size size) {
    return sizes().stream()
        .filter(other -> !other.equals(size))
        .anyMatch(o -> new NetworkTable(paper, file, gpu, o).size() > 1);
  }

  private List<Size> sizes() {
    List<Size> sizes = Size.of(file.results());
    return sizes.stream()
        .filter(
            size ->
                size.threads() > 0
                    || sizes.stream().noneMatch(s -> s.threads() > 0 && s.batch() == size.batch()))
        .toList();
  }
}
