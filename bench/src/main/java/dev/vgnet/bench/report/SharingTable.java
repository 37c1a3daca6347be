package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.Contention;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.SharingResult;
import dev.vgnet.bench.measure.SharingResult.Share;
import dev.vgnet.bench.measure.Size;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Engines that shared the cores with others, as text. */
public final class SharingTable {
  private static final String LEGEND =
      """

      Latency in milliseconds of a run, of all sessions; images a second of all sessions together.
      Slow-down: how much longer a session takes for an image than alone (alone by images a second,
      both in the same round). Fair: the same if each thread had an equal share of the cores, at most
      a whole one; below it a session got more than its share, above it less, or threads waited for
      each other. ÷ ours: the time for an image over that of this engine in the same contention.
      """;

  private SharingTable() {}

  /** A line of the table. */
  private record Line(SharingResult result, Share share) {}

  /** All results. */
  public static String of(ResultFile<SharingResult> file) {
    Columns<Line> columns = new Columns<>();
    columns.add("network", line -> line.result.model());
    columns.add("size", line -> new Size(line.result.batch(), line.result.threads()).label());
    columns.add("contention", line -> line.share.contention().label());
    columns.add("engine", line -> EngineKind.of(line.share.engine()).label());
    columns.add("median ms", "%.2f", line -> line.share.latency().median());
    columns.add("p95", "%.2f", line -> line.share.latency().p95());
    columns.add("p99", "%.2f", line -> line.share.latency().p99());
    columns.add("runs", "%d", line -> line.share.latency().runs());
    columns.add("images/s", "%.0f", line -> line.share.imagesPerSecond());
    columns.add("slow-down", disturbed(share -> interval(share.slowDown())));
    columns.add("fair", disturbed(share -> number("%.2f", share.fairSlowDown())));
    columns.add("÷ ours", line -> isOurs(line.share) ? null : interval(line.share.ratio()));
    String table =
        columns.table(
            file.results().stream()
                .flatMap(result -> result.shares().stream().map(share -> new Line(result, share)))
                .toList());
    return table + LEGEND;
  }

  /** What is known of those alone that are not. */
  private static Function<Line, String> disturbed(Function<Share, String> cell) {
    return line -> line.share.contention().equals(Contention.NONE) ? null : cell.apply(line.share);
  }

  private static boolean isOurs(Share share) {
    return share.engine().equals(EngineKind.VGNET.id());
  }

  private static String interval(Ratio ratio) {
    return number("%.2f (%.2f–%.2f)", ratio.ratio(), ratio.low(), ratio.high());
  }

  /** One line on a setting: how much slower each engine became. */
  public static String summary(SharingResult result) {
    return Contention.NONE.label()
        + " "
        + shares(result, Contention.NONE, s -> number("%.2f ms", s.latency().median()))
        + result.shares().stream()
            .map(Share::contention)
            .distinct()
            .filter(contention -> !contention.equals(Contention.NONE))
            .map(
                contention ->
                    "; %s %s"
                        .formatted(
                            contention.label(),
                            shares(
                                result, contention, s -> number("%.2f x", s.slowDown().ratio()))))
            .collect(Collectors.joining());
  }

  private static String shares(
      SharingResult result, Contention contention, Function<Share, String> figure) {
    return result.shares().stream()
        .filter(share -> share.contention().equals(contention))
        .map(figure)
        .collect(Collectors.joining(" / "));
  }
}
