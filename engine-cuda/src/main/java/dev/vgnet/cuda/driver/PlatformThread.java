package dev.vgnet.cuda.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Where work is done that may wait for a lock. A device is attached to a thread of the system, and
 * a virtual thread that has waited may go on on another one.
 */
public final class PlatformThread {
  private PlatformThread() {}

  /** Does work on this thread, or waits for another one to do it if this is a virtual one. */
  public static <T> T call(Supplier<T> work) {
    if (!Thread.currentThread().isVirtual()) {
      return work.get();
    }
    try {
      return CompletableFuture.supplyAsync(work, task -> Thread.ofPlatform().start(task)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException exception) {
        throw exception;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** As {@link #call}, for work of which nothing comes. */
  public static void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }
}
