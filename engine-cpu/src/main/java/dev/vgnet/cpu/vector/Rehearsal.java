package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.Pass;
import java.util.List;

/**
 * How the kernels of a program become fast: in turns, on the thread that runs the network, for no
 * longer than its runs take. So there is no thread to hide or to end, and nothing happens while
 * nobody runs anything. For one thread at a time.
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
   * Rehearses as long as a run took, but nothing after the first one, whose result somebody may be
   * waiting for.
   */
  void afterRun(long nanos) {
    if (started) {
      rehearse(nanos);
    }
    started = true;
  }

  /** Rehearses for about so long, or until it is over. */
  void rehearse(long nanos) {
    long start = System.nanoTime();
    while (!over && System.nanoTime() - start < nanos) {
      turn();
    }
  }

  /** Rehearses until it is over. */
  void complete() {
    while (!over) {
      turn();
    }
  }

  /** Ends it at once. */
  void settle() {
    kernels.forEach(RehearsedKernel::settle);
    over = true;
  }

  private void turn() {
    for (int i = 0; i < kernels.size(); i++) {
      RehearsedKernel<?> kernel = kernels.get(next);
      next = (next + 1) % kernels.size();
      if (!kernel.isSettled()) {
        kernel.rehearse(TURN_NANOS);
        return;
      }
    }
    over = true;
  }
}
