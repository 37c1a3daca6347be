package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What a golden case records of a module's output. */
record Checksum(double mean, double rms, double first, double last) {
  static Checksum of(double[] values) {
    double sum = 0;
    double squares = 0;
    for (double value : values) {
      sum += value;
      squares += value * value;
    }
    return new Checksum(
        sum / values.length,
        Math.sqrt(squares / values.length),
        values[0],
        values[values.length - 1]);
  }

  /**
   * Fails, with the module's name, unless all four agree.
   *
   * @param tolerance relative to the root mean square
   */
  void requireClose(GoldenCase.Stage expected, double tolerance) {
    double delta = tolerance * expected.rms();
    String module = expected.module();
    assertEquals(expected.mean(), mean, delta, module + ": mean");
    assertEquals(expected.rms(), rms, delta, module + ": root mean square");
    assertEquals(expected.first(), first, delta, module + ": first element");
    assertEquals(expected.last(), last, delta, module + ": last element");
  }
}
