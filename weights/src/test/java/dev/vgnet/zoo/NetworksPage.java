package dev.vgnet.zoo;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.DoubleStream;

/**
 * Makes the page {@code docs/networks.md}: every network, and how far it is from PyTorch in a run.
 */
final class NetworksPage {
  static final Path PATH = Path.of("..", "docs", "networks.md");

  private static final String INTRODUCTION =
      """
      # Networks

      Every network that has a name, as `vgnet list` counts it. Names that end in `_bsconvu` or
      `_bsconvs_p1d4` (with other ratios, too) are recognised of all but VGNet, widths and numbers of
      blocks of their own as `_custom`. Where several ratios give the same tensors, the network has the
      simplest in its name unless `--arch` names another of them. Figures are what the papers print.

      The last three columns are from a run: golden cases, which are real PyTorch networks with weights
      made by rule, and the largest difference between their logits in float64 and those of the Vector
      backend and of the reference, in standard deviations of the logits. The reference runs only where
      it takes seconds; a network without a case shares its definition with one that has.

      `mvn -B -pl weights -am test -Dtest=GoldenTest -Dsurefire.failIfNoSpecifiedTests=false
      -Dvgnet.networks=true` writes this page; `NetworksPageTest` checks that its counts are current.
      """;

  /** What golden cases measured, each relative to the deviation of its logits. */
  private record Errors(int cases, double backend, OptionalDouble reference) {
    Errors and(Errors other) {
      DoubleStream both = DoubleStream.concat(reference.stream(), other.reference.stream());
      return new Errors(cases + other.cases, Math.max(backend, other.backend), both.max());
    }
  }

  private final Map<String, Errors> errors = new ConcurrentHashMap<>();

  /** Notes the errors of a golden case. */
  void add(String architecture, double backend, OptionalDouble reference) {
    errors.merge(architecture, new Errors(1, backend, reference), Errors::and);
  }

  String text() {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    Map<String, List<ArchitectureInfo>> families =
        Zoo.architectures().stream()
            .collect(groupingBy(ArchitectureInfo::family, LinkedHashMap::new, toList()));
    families.forEach(
        (family, members) -> {
          page.append("\n## ").append(family).append("\n\n");
          page.append(
              "| Network | Parameters | MACs (M) | Reported | Cases | Vector | Reference |\n");
          page.append("|---|---:|---:|---|---:|---:|---:|\n");
          members.forEach(info -> page.append(row(info)).append(tail(errors.get(info.name()))));
        });
    return page.toString();
  }

  /** The beginnings of the rows of all networks. */
  static List<String> rows() {
    List<String> rows = new ArrayList<>();
    Zoo.architectures().forEach(info -> rows.add(row(info)));
    return rows;
  }

  private static String row(ArchitectureInfo info) {
    return "| %s | %,d | %.1f | %s |"
        .formatted(
            info.name(), info.parameters(), info.multiplyAccumulates() / 1e6, info.reported());
  }

  private static String tail(Errors errors) {
    return errors == null
        ? " – | – | – |\n"
        : " %d | %.0e | %s |\n"
            .formatted(errors.cases(), errors.backend(), text(errors.reference()));
  }

  private static String text(OptionalDouble error) {
    return error.isPresent() ? "%.0e".formatted(error.getAsDouble()) : "–";
  }
}
