package dev.vgnet.runtime;

import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What a backend may use.
 *
 * @param threads how many threads work on a run, the caller's included, at least 1
 * @param executor where the threads beside the caller's come from; own daemon threads if absent
 * @param precision how far it may round
 */
public record CompileOptions(int threads, Optional<Executor> executor, Precision precision) {
  public CompileOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, found " + threads);
    }
  }
}
