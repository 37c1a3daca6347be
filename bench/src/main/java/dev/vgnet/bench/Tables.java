package dev.vgnet.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results as tables in Markdown that are aligned on the console too. */
final class Tables {
  private Tables() {}

  /** Networks in this engine and in ONNX Runtime. */
  static String networks(ResultFile<NetworkResult> file) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "network",
            "batch",
            "threads",
            "ms",
            "ONNX Runtime ms",
            "ratio",
            "95 %",
            "GFLOP/s",
            "of peak",
            "not steady"));
    for (NetworkResult result : file.results()) {
      Latency ours = result.engines().get(NetworkResult.OURS);
      Latency peer = result.engines().get(NetworkResult.PEER);
      double gflops = result.gflops(NetworkResult.OURS);
      rows.add(
          List.of(
              result.architecture(),
              Integer.toString(result.batch()),
              Integer.toString(result.threads()),
              number("%.3f", ours.median()),
              number("%.3f", peer.median()),
              number("%.2f", result.ratio().ratio()),
              number("%.2f–%.2f", result.ratio().low(), result.ratio().high()),
              number("%.1f", gflops),
              number("%.0f %%", 100 * gflops / file.peak(result.threads())),
              unsteady("", ours) + unsteady("ONNX Runtime ", peer)));
    }
    return table(rows);
  }

  /** Steps alone. */
  static String layers(ResultFile<LayerResult> file) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "network",
            "step",
            "alike",
            "threads",
            "kind",
            "kernel",
            "output",
            "us",
            "GFLOP/s",
            "of peak",
            "KB",
            "GB/s",
            "not steady"));
    for (LayerResult result : file.results()) {
      rows.add(
          List.of(
              result.architecture(),
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
              unsteady("", result.micros())));
    }
    return table(rows);
  }

  private static String unsteady(String engine, Latency latency) {
    return latency.steady() ? "" : number("%s%+.0f %% ", engine, 100 * latency.drift());
  }

  private static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String table(List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows.size(); row++) {
      StringBuilder rule = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = rows.get(row).get(column);
        String padding = " ".repeat(widths[column] - cell.length());
        text.append("| ").append(cell).append(padding).append(' ');
        rule.append('|').append("-".repeat(widths[column] + 2));
      }
      text.append("|\n").append(row == 0 ? rule + "|\n" : "");
    }
    return text.toString();
  }
}
