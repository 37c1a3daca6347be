package dev.vgnet.bench.report;

import static dev.vgnet.bench.report.Tables.number;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What there is to say against figures, the same wherever they are shown. */
final class Doubts {
  /** Stands by figures that there are doubts about. */
  static final String MARK = "\u2020";

  static final String LEGEND =
      MARK + " an engine drifted meanwhile, or an interval is wide: see the doubts in the tables.";

  private Doubts() {}

  /** About all engines of a setting and their ratios. */
  static List<String> of(NetworkResult result) {
    return Stream.of(EngineKind.values()).flatMap(kind -> of(result, kind)).toList();
  }

  private static Stream<String> of(NetworkResult result, EngineKind kind) {
    return Stream.concat(
        result.latency(kind).stream().flatMap(latency -> of(kind.label(), latency).stream()),
        result.ratio(kind).filter(Ratio::wide).map(_ -> kind.label() + " ratio is wide").stream());
  }

  /** About an engine alone. */
  static Optional<String> of(String engine, Latency latency) {
    if (!latency.steady()) {
      return Optional.of(number("%s drifted %+.0f %%", engine, 100 * latency.drift()).strip());
    }
    return latency.spread().wide() ? Optional.of((engine + " varied").strip()) : Optional.empty();
  }
}
