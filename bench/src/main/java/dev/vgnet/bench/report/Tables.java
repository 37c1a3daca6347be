package dev.vgnet.bench.report;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.LayerResult;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.ResultFile;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Results as text. */
public final class Tables {
  /** Stands by figures that were kept from an earlier measurement. */
  static final String KEPT = "\u2021";

  private Tables() {}

  /** One line on a setting. */
  public static String summary(NetworkResult result) {
    return kinds(List.of(result)).stream()
        .map(kind -> summary(result, kind))
        .collect(Collectors.joining(", "));
  }

  private static String summary(NetworkResult result, EngineKind kind) {
    double millis = result.latency(kind).orElseThrow().median();
    String ratio = result.ratio(kind).map(r -> number(" (%.2f x)", r.ratio())).orElse("");
    return number("%s %.3f ms%s%s", kind.label(), millis, ratio, earlier(result, kind));
  }

  /** From when an engine's figures are, if not from the last measurement; else nothing. */
  static String earlier(NetworkResult result, EngineKind kind) {
    return result
        .earlier(kind)
        .map(
            then ->
                number(
                    " kept from %s beside %s at %.3f ms",
                    then.measured(), EngineKind.VGNET.label(), then.first().median()))
        .orElse("");
  }

  /** The sign that stands by an engine's figures if they are kept; else nothing. */
  static String kept(NetworkResult result, EngineKind kind) {
    return result.earlier(kind).isPresent() ? KEPT : "";
  }

  /** Whether any of the results has figures from an earlier measurement. */
  static boolean hasKept(List<NetworkResult> results) {
    return results.stream().anyMatch(result -> !result.earlier().isEmpty());
  }

  /** The engines that any of the results has. */
  static List<EngineKind> kinds(List<NetworkResult> results) {
    return List.of(EngineKind.values()).stream()
        .filter(kind -> results.stream().anyMatch(r -> r.latency(kind).isPresent()))
        .toList();
  }

  /** Steps alone. */
  public static String layers(ResultFile<LayerResult> file) {
    Markdown table =
        new Markdown(
            List.of(
                "network", "step", "alike", "threads", "kind", "kernel", "output", "us", "GFLOP/s",
                "of peak", "KB", "GB/s", "doubts"));
    for (LayerResult result : file.results()) {
      table.add(
          List.of(
              result.model(),
              result.step(),
              Integer.toString(result.alike()),
              Integer.toString(result.threads()),
              result.kind(),
              result.kernel(),
              result.output(),
              number("%.1f", result.micros().median()),
              number("%.1f", result.gflops()),
              number("%.0f %%", 100 * result.gflops() / file.peak(result.threads())),
              number("%.0f", 1e-3 * result.bytes()),
              number("%.1f", result.gigabytes()),
              Doubts.of("", result.micros()).orElse("")));
    }
    return table.toString();
  }

  public static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
