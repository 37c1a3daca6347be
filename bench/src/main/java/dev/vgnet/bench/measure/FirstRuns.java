package dev.vgnet.bench.measure;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.StringJoiner;

/**
 * The life of a young process: loads a model, opens a session, runs one image again and again. Uses
 * the engine alone, so that nothing else is loaded and timed.
 */
public final class FirstRuns {
  private static final int MAX_RUNS = 1 << 20;

  /** A single run may be lucky; the median of so many is not. */
  private static final int WINDOW = 11;

  private static final double NEAR = 1.1;

  private FirstRuns() {}

  /**
   * Prints milliseconds since an instant, separated by spaces: main entered, model loaded, session
   * open, first result, warm-up ended, the first of eleven runs whose median is within 10 % of the
   * steady one; then that steady median, of the last quarter of the runs.
   *
   * @param args the instant (milliseconds of the epoch), the model's path, threads, seconds of runs
   *     after that, whether to warm up
   */
  public static void main(String[] args) throws IOException {
    long nanos = System.nanoTime();
    double main = System.currentTimeMillis() - Long.parseLong(args[0]);
    Model model = Model.load(Path.of(args[1]));
    double loaded = main + millisSince(nanos);
    SessionOptions options =
        SessionOptions.builder().backend("vector").threads(Integer.parseInt(args[2])).build();
    try (Session session = model.newSession(options)) {
      double open = main + millisSince(nanos);
      int size = model.metadata().preprocessing().crop();
      Shape shape = Shape.of(1, model.graph().inputChannels(), size, size);
      float[] images = new float[(int) shape.elementCount()];
      float[] logits = new float[(int) session.outputShape(shape).elementCount()];
      session.run(shape, images, logits);
      double first = main + millisSince(nanos);
      if (Boolean.parseBoolean(args[4])) {
        session.warmUp(shape);
      }
      double warm = main + millisSince(nanos);
      double[] starts = new double[MAX_RUNS];
      int runs = 0;
      double end = warm + 1_000 * Double.parseDouble(args[3]);
      for (double now = warm; runs + 1 < MAX_RUNS && now < end; now = main + millisSince(nanos)) {
        starts[runs++] = now;
        session.run(shape, images, logits);
      }
      starts[runs] = main + millisSince(nanos);
      print(main, loaded, open, first, warm, starts, runs);
    }
  }

  private static void print(
      double main,
      double loaded,
      double open,
      double first,
      double warm,
      double[] starts,
      int runs) {
    double[] times = new double[runs];
    Arrays.setAll(times, i -> starts[i + 1] - starts[i]);
    double steady = median(times, runs * 3 / 4, runs);
    int run = 0;
    while (run + WINDOW < runs && median(times, run, run + WINDOW) > NEAR * steady) {
      run++;
    }
    StringJoiner line = new StringJoiner(" ");
    for (double value : new double[] {main, loaded, open, first, warm, starts[run], steady}) {
      line.add(Double.toString(value));
    }
    System.out.println(line);
  }

  private static double median(double[] values, int from, int to) {
    double[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }
}
