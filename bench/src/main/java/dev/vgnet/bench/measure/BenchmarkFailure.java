package dev.vgnet.bench.measure;

import dev.vgnet.cli.CommandFailure;
import java.io.Serial;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A benchmark that could not be run; the message is the first reason that its output names. */
final class BenchmarkFailure extends CommandFailure {
  @Serial private static final long serialVersionUID = 1L;

  private static final Pattern REASON =
      Pattern.compile("(?:Exception in thread \"[^\"]*\" )?([\\w.$]+(?:Exception|Error)(?:: .*)?)");

  private final String output;

  BenchmarkFailure(String output, Throwable cause) {
    super(
        output
            .lines()
            .map(String::strip)
            .map(REASON::matcher)
            .filter(Matcher::matches)
            .map(reason -> reason.group(1))
            .findFirst()
            .orElse(cause.getMessage()),
        cause);
    this.output = output;
  }

  /** All that the failing process said. */
  String output() {
    return output;
  }
}
