package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.Pass;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * How the kernels of a program become fast: in turns, on the thread that runs the network, for no
 * longer than its runs take. So there is no thread to hide or to end, and nothing happens while
 * nobody runs anything. Sessions that have kernels in common leave those alone that another one is
 * at. For one thread at a time.
 */
final class Rehearsal {
  /** Of one kernel's turn. */
  private static final long TURN_NANOS = 1_000_000;

  private final List<RehearsedKernel<?>> kernels;
  private boolean started;
  private boolean over;
  private int next;

  Rehearsal(List<? extends Pass> passes) {
    kernels =
        passes.stream().<RehearsedKernel<?>>flatMap(p -> p.kernels().stream()).distinct().toList();
    over = kernels.isEmpty();
  }

  /** Whether all kernels are as fast as they will be. */
  boolean isOver() {
    return over;
  }

  /**
   * Rehearses as long as a run took, if there is anything to be done at the moment, but nothing
   * after the first one, whose result somebody may be waiting for.
   */
  void afterRun(long nanos) {
    if (started && !over) {
      long start = System.nanoTime();
      boolean busy = true;
      while (busy && System.nanoTime() - start < nanos) {
        busy = turn();
      }
    }
    started = true;
  }

  /**
   * Rehearses for about so long, or until it is over or the thread is interrupted. Waits where
   * others are at the kernels that are left, or memory is short.
   */
  void rehearse(long nanos) {
    long start = System.nanoTime();
    while (!over && System.nanoTime() - start < nanos && !Thread.currentThread().isInterrupted()) {
      if (!turn()) {
        LockSupport.parkNanos(this, TURN_NANOS);
      }
    }
  }

  /** Rehearses until it is over; what cannot be rehearsed now is used as it is. */
  void complete() {
    boolean busy = !over;
    while (busy) {
      busy = turn();
    }
    settle();
  }

  /** Ends it at once. */
  void settle() {
    kernels.forEach(RehearsedKernel::settle);
    over = true;
  }

  /** One kernel's turn; whether there was one to be had. */
  private boolean turn() {
    boolean settled = true;
    for (int i = 0; i < kernels.size(); i++) {
      RehearsedKernel<?> kernel = kernels.get(next);
      next = (next + 1) % kernels.size();
      if (kernel.rehearse(TURN_NANOS)) {
        return true;
      }
      settled &= kernel.isSettled();
    }
    over = settled;
    return false;
  }
}
