package dev.vgnet.bench.measure;

/** Threads that compute without pause, on registers alone, until they are closed. */
final class BusyThreads implements AutoCloseable {
  private static final int TURNS = 1_000;
  private static final long FACTOR = 6_364_136_223_846_793_005L;

  private volatile boolean closed;

  /** Read by nobody; without it there would be nothing to compute. */
  private volatile long result;

  BusyThreads(int count) {
    for (int i = 0; i < count; i++) {
      Thread.ofPlatform().name("busy").daemon().start(this::compute);
    }
  }

  private void compute() {
    long number = System.nanoTime();
    while (!closed) {
      for (int turn = 0; turn < TURNS; turn++) {
        number = number * FACTOR + 1;
      }
      result = number;
    }
  }

  /** They end within microseconds. */
  @Override
  public void close() {
    closed = true;
  }
}
