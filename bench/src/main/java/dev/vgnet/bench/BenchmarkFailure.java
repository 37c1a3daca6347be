package dev.vgnet.bench;

import java.io.Serial;
import java.util.regex.Pattern;

/** A benchmark that JMH could not run; the message is the first reason that its output names. */
final class BenchmarkFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private static final Pattern REASON = Pattern.compile("[\\w.$]+(Exception|Error)(: .*)?");

  private final String output;

  BenchmarkFailure(String output, Throwable cause) {
    super(
        output
            .lines()
            .map(String::strip)
            .filter(REASON.asMatchPredicate())
            .findFirst()
            .orElse(cause.getMessage()),
        cause);
    this.output = output;
  }

  /** All that JMH said. */
  String output() {
    return output;
  }
}
