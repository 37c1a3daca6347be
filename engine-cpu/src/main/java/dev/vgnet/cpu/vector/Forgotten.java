package dev.vgnet.cpu.vector;

import java.lang.ref.Cleaner;
import java.lang.ref.Cleaner.Cleanable;

/** Ends what belongs to objects that nobody has closed. */
final class Forgotten {
  private static Cleaner cleaner;

  private Forgotten() {}

  /**
   * Has something ended when its owner is collected as garbage, or {@link Cleanable#clean} is
   * called: whichever comes first.
   *
   * @param end must not refer to the owner
   */
  static synchronized Cleanable watch(Object owner, Runnable end) {
    if (cleaner == null) {
      cleaner = Cleaner.create(); // no constant: where no thread can start, a later call may
    }
    return cleaner.register(owner, end);
  }
}
