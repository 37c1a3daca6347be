package dev.vgnet.bench;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Size;
import dev.vgnet.bench.report.Markdown;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "compare",
    description = {
      "Compares two results of vgnet bench, setting by setting.",
      "%nThe change of a time may be the machine's; that of the ratio to another engine, which was"
          + " measured in turns, is this engine's or chance.%n"
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  private static final double CLOSE = 0.05;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "BEFORE", description = "A folder with a results.json.")
  private Path before;

  @Parameters(index = "1", paramLabel = "AFTER", description = "Another one.")
  private Path after;

  @Override
  public Integer call() throws IOException {
    ResultFile<NetworkResult> beforeFile = file(before);
    ResultFile<NetworkResult> afterFile = file(after);
    Map<String, NetworkResult> earlier =
        results(beforeFile).stream().collect(Collectors.toMap(CompareCommand::name, r -> r));
    Markdown table =
        new Markdown(
            List.of(
                "network",
                "size",
                "ms before",
                "after",
                "change",
                "ratio before",
                "after",
                "change"));
    List<Double> changes = new ArrayList<>();
    for (NetworkResult now : results(afterFile)) {
      NetworkResult then = earlier.get(name(now));
      if (then != null) {
        table.add(cells(then, now, changes));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    String differences = beforeFile.conditions().differences(afterFile.conditions());
    out.print(differences.isEmpty() ? "" : "Other conditions: " + differences + ".\n\n");
    out.print(table);
    out.print(summary(changes));
    return 0;
  }

  private static ResultFile<NetworkResult> file(Path folder) throws IOException {
    return ResultFile.read(folder.resolve("results.json"), NetworkResult.class);
  }

  private static List<NetworkResult> results(ResultFile<NetworkResult> file) {
    return file.results().stream()
        .filter(result -> result.latency(EngineKind.VGNET).isPresent())
        .toList();
  }

  private static String name(NetworkResult result) {
    return result.model() + ", " + Size.of(result).label();
  }

  /** Adds the change of the ratio to the changes, if both have one. */
  private static List<String> cells(NetworkResult then, NetworkResult now, List<Double> changes) {
    List<String> cells = new ArrayList<>(List.of(now.model(), Size.of(now).label()));
    add(cells, then, now, r -> r.latency(EngineKind.VGNET).map(Latency::median).orElse(null));
    Double change = add(cells, then, now, CompareCommand::ratio);
    if (change != null) {
      changes.add(Math.abs(change));
    }
    return cells;
  }

  /** That of the last measurement; null if it had none. */
  private static Double ratio(NetworkResult result) {
    return result
        .ratio(EngineKind.ORT)
        .filter(_ -> result.earlier(EngineKind.ORT).isEmpty())
        .map(Ratio::ratio)
        .orElse(null);
  }

  /** Adds both figures and the change, which it returns, or null where one is not known. */
  private static Double add(
      List<String> cells,
      NetworkResult then,
      NetworkResult now,
      Function<NetworkResult, Double> figure) {
    Double one = figure.apply(then);
    Double other = figure.apply(now);
    Double change = one == null || other == null ? null : other / one - 1;
    cells.add(one == null ? "" : number("%.2f", one));
    cells.add(other == null ? "" : number("%.2f", other));
    cells.add(change == null ? "" : number("%+.1f %%", 100 * change));
    return change;
  }

  private static String summary(List<Double> changes) {
    if (changes.isEmpty()) {
      return "\nNo ratio was measured in both.\n";
    }
    double[] sorted = changes.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return number(
        "\nRatios to %s: %d of %d changed by at most %.0f %%; median %.1f %%, most %.1f %%.\n",
        EngineKind.ORT.label(),
        changes.stream().filter(change -> change <= CLOSE).count(),
        sorted.length,
        100 * CLOSE,
        100 * Latency.median(sorted),
        100 * sorted[sorted.length - 1]);
  }
}
