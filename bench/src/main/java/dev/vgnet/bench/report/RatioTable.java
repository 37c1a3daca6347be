package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;

/** How much longer ONNX Runtime takes than this engine: the means of each paper's networks. */
final class RatioTable {
  private static final int MOST_NAMES = 8;

  /** Networks with a ratio. */
  private record Group(String title, List<NetworkResult> results) {
    long networks() {
      return results.stream().map(NetworkResult::model).distinct().count();
    }
  }

  private final List<Size> sizes;
  private final List<Group> groups = new ArrayList<>();
  private final Map<String, String> labels;

  RatioTable(List<PaperTable> papers, List<NetworkResult> results) {
    List<NetworkResult> compared =
        results.stream().filter(r -> r.ratio(EngineKind.ORT).isPresent()).toList();
    sizes = Size.ofMany(compared);
    labels =
        papers.stream()
            .flatMap(paper -> paper.rows().stream())
            .collect(
                Collectors.toMap(
                    PaperTable.Row::model, PaperTable.Row::label, (first, _) -> first));
    for (PaperTable paper : papers) {
      List<String> models = paper.rows().stream().map(PaperTable.Row::model).toList();
      add(paper.title(), compared, result -> models.contains(result.model()));
    }
    if (groups.size() > 1) {
      add("all networks", compared, _ -> true);
    }
  }

  private void add(String title, List<NetworkResult> compared, Predicate<NetworkResult> isMember) {
    List<NetworkResult> members =
        compared.stream().filter(isMember).filter(r -> sizes.contains(Size.of(r))).toList();
    if (!members.isEmpty()) {
      groups.add(new Group(title, members));
    }
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  @Override
  public String toString() {
    List<String> headers = new ArrayList<>(List.of("geometric mean", "networks"));
    sizes.forEach(size -> headers.add(size.label()));
    headers.addAll(List.of("all", "at least 1", "below 1: the least of a network"));
    Markdown table = new Markdown(headers);
    for (Group group : groups) {
      List<String> cells = new ArrayList<>(List.of(group.title, number("%d", group.networks())));
      for (Size size : sizes) {
        cells.add(mean(group, size));
      }
      List<Double> ratios = ratios(group.results);
      cells.add(mean(ratios));
      long ahead = ratios.stream().filter(ratio -> ratio >= 1).count();
      cells.add(number("%d of %d", ahead, ratios.size()));
      cells.add(below(group));
      table.add(cells);
    }
    return table.toString();
  }

  private static String mean(Group group, Size size) {
    List<Double> ratios =
        ratios(group.results.stream().filter(r -> Size.of(r).equals(size)).toList());
    return mean(ratios)
        + (ratios.isEmpty() || ratios.size() == group.networks()
            ? ""
            : number(" (%d networks)", ratios.size()));
  }

  private static String mean(List<Double> ratios) {
    return ratios.isEmpty()
        ? ""
        : number(
            "%.2f",
            StatUtils.geometricMean(ratios.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static List<Double> ratios(List<NetworkResult> results) {
    return results.stream().map(RatioTable::ratio).toList();
  }

  private static double ratio(NetworkResult result) {
    return result.ratio(EngineKind.ORT).map(Ratio::ratio).orElseThrow();
  }

  /** The networks that are behind in some setting, the furthest first. */
  private String below(Group group) {
    Map<String, Double> least =
        group.results.stream()
            .collect(
                Collectors.toMap(NetworkResult::model, RatioTable::ratio, Math::min, TreeMap::new));
    List<Map.Entry<String, Double>> behind =
        least.entrySet().stream()
            .filter(entry -> entry.getValue() < 1)
            .sorted(Map.Entry.comparingByValue())
            .toList();
    Function<Map.Entry<String, Double>, String> name =
        entry -> number("%s %.2f", labels.get(entry.getKey()), entry.getValue());
    Stream<String> more =
        Stream.of(number("%d more", behind.size() - MOST_NAMES))
            .filter(_ -> behind.size() > MOST_NAMES);
    return Stream.concat(behind.stream().limit(MOST_NAMES).map(name), more)
        .collect(Collectors.joining("; "));
  }
}
