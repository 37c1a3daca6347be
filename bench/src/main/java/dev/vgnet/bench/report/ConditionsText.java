package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.Effort;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Under what conditions results were measured, as a list in Markdown. */
final class ConditionsText {
  private record Measurement(String measured, Effort effort, double[] load) {}

  private final ResultFile<NetworkResult> file;
  private final GpuResults gpu;

  ConditionsText(ResultFile<NetworkResult> file, GpuResults gpu) {
    this.file = file;
    this.gpu = gpu;
  }

  @Override
  public String toString() {
    Conditions conditions = file.conditions();
    List<String> lines = new ArrayList<>();
    lines.add(number("CPU: %s; %d processors", conditions.cpu(), conditions.processors()));
    lines.add(number("vectors: %d bits", conditions.vectorBits()));
    lines.add("system: " + conditions.system());
    lines.add(
        "JVM: %s, flags: %s"
            .formatted(
                conditions.jvm(),
                conditions.jvmFlags().isEmpty()
                    ? "none"
                    : String.join(" ", conditions.jvmFlags())));
    lines.add("versions: " + pairs(conditions.versions()));
    file.peaks()
        .forEach(
            (threads, peak) ->
                lines.add(number("peak, %s: %.0f GFLOP/s", Size.threads(threads), peak)));
    if (!file.peaks().isEmpty()) {
      lines.add(
          "GFLOP/s and shares of the peak count direct sums; 3x3 convolutions by Winograd's"
              + " filtering need fewer, so that they can exceed it");
    }
    Stream.concat(Stream.of(conditions.gpu()), gpu.devices().stream())
        .filter(device -> !device.isEmpty())
        .distinct()
        .forEach(device -> lines.add("GPU: " + device));
    if (!file.results().isEmpty()) {
      lines.add(states());
      lines.add(effort());
      lines.add(times());
    }
    return "## Conditions\n\n"
        + lines.stream().map(line -> "* " + line + "\n").collect(Collectors.joining());
  }

  /** Whatever figures come from. */
  private Stream<Measurement> measurements() {
    return file.results().stream()
        .flatMap(
            r ->
                Stream.concat(
                    Stream.of(new Measurement(r.measured(), r.effort(), r.load())),
                    r.earlier().values().stream()
                        .map(
                            then -> new Measurement(then.measured(), then.effort(), then.load()))));
  }

  private String states() {
    Map<String, Long> counts =
        file.results().stream()
            .flatMap(
                r ->
                    Stream.concat(
                            Stream.of(r.commit()),
                            r.earlier().values().stream().map(NetworkResult.Earlier::commit))
                        .distinct())
            .collect(
                Collectors.groupingBy(
                    commit -> commit.isEmpty() ? "not noted" : commit,
                    TreeMap::new,
                    Collectors.counting()));
    return "state of this engine: "
        + counts.entrySet().stream()
            .map(entry -> number("%s (%d settings)", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
  }

  private String effort() {
    return "effort: %s, %s of %s ms or a run for each engine, after %s of warm-up"
        .formatted(
            counted(Effort::forks, "JVM"),
            counted(Effort::iterations, "iteration"),
            range(Effort::millis),
            range(Effort::warmUps));
  }

  private String counted(ToIntFunction<Effort> count, String noun) {
    String range = range(count);
    return range + " " + noun + (range.equals("1") ? "" : "s");
  }

  private String range(ToIntFunction<Effort> count) {
    IntSummaryStatistics counts =
        measurements().map(Measurement::effort).mapToInt(count).summaryStatistics();
    return counts.getMin() == counts.getMax()
        ? Integer.toString(counts.getMin())
        : counts.getMin() + " to " + counts.getMax();
  }

  private String times() {
    List<String> times = measurements().map(Measurement::measured).sorted().toList();
    double load = measurements().flatMapToDouble(m -> Arrays.stream(m.load())).max().orElse(0);
    return number(
        "measured from %s to %s; load average %.1f at most, the engines' own threads included",
        times.getFirst(), times.getLast(), load);
  }

  private static String pairs(Map<String, String> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
