package dev.vgnet.cuda.driver;

/** Launches that are repeated as one. For the thread that uses the {@link Driver}. */
public interface Replay extends AutoCloseable {
  /** Asks for all of them, in order. */
  void run();

  @Override
  void close();
}
