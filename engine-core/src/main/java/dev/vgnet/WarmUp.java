package dev.vgnet;

import dev.vgnet.tensor.Shape;
import java.time.Duration;

/**
 * What a warm-up did: how often it ran, how long it took, and its fastest run.
 *
 * @param steady true if runs had stopped getting faster, false if the time was up before or the
 *     thread was interrupted
 */
public record WarmUp(int runs, Duration duration, Duration fastest, boolean steady) {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration WINDOW = Duration.ofMillis(100);

  /** A window counts as faster only beyond this; the rest is noise. */
  private static final double FASTER = 0.9;

  /** The JIT compiler works in bursts, so some windows without progress are not the end. */
  private static final int WINDOWS_WITHOUT_PROGRESS = 3;

  static WarmUp of(Session session, Shape shape) {
    float[] output = new float[(int) session.outputShape(shape).elementCount()];
    float[] images = new float[(int) shape.elementCount()];
    long start = System.nanoTime();
    session.run(shape, images, output);
    long best = since(start);
    int runs = 1;
    int stalled = 0;
    boolean prepared = false;
    while (!prepared && mayGoOn(start)) {
      prepared = session.prepare(shape, WINDOW.toNanos());
    }
    while (stalled < WINDOWS_WITHOUT_PROGRESS && mayGoOn(start)) {
      long window = System.nanoTime();
      long fastest = Long.MAX_VALUE;
      do {
        long run = System.nanoTime();
        session.run(shape, images, output);
        fastest = Math.min(fastest, since(run));
        runs++;
      } while (since(window) < WINDOW.toNanos());
      stalled = fastest < best * FASTER ? 0 : stalled + 1;
      best = Math.min(best, fastest);
    }
    return new WarmUp(
        runs,
        Duration.ofNanos(since(start)),
        Duration.ofNanos(best),
        stalled == WINDOWS_WITHOUT_PROGRESS);
  }

  private static boolean mayGoOn(long start) {
    return since(start) < LIMIT.toNanos() && !Thread.currentThread().isInterrupted();
  }

  private static long since(long start) {
    return System.nanoTime() - start;
  }
}
