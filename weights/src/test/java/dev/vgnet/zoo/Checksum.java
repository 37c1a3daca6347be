package dev.vgnet.zoo;

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

  /** The largest of the four differences, relative to the root mean square. */
  double distance(GoldenCase.Stage stage) {
    double mean = Math.abs(stage.mean() - this.mean);
    double rms = Math.abs(stage.rms() - this.rms);
    double first = Math.abs(stage.first() - this.first);
    double last = Math.abs(stage.last() - this.last);
    return Math.max(Math.max(mean, rms), Math.max(first, last)) / stage.rms();
  }
}
