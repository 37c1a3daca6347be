package dev.vgnet.cuda.driver;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Keeps the captures of a process apart from what spoils them: a library or a module that is given
 * back waits for the whole device, and that ends every capture under way on it, whichever thread's
 * it is and in whichever mode.
 */
final class Captures {
  private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

  private Captures() {}

  /** Captures, as other threads may do at the same time. */
  static <T> T capture(Supplier<T> capturing) {
    LOCK.readLock().lock();
    try {
      return capturing.get();
    } finally {
      LOCK.readLock().unlock();
    }
  }

  /** Does what waits for the whole device, while nobody captures. */
  static void keepOut(Runnable waiting) {
    LOCK.writeLock().lock();
    try {
      waiting.run();
    } finally {
      LOCK.writeLock().unlock();
    }
  }
}
