package dev.vgnet.cuda.driver;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.Pointer;

/** A pointer to memory that is not its own. */
final class Address extends Pointer {
  /** Of the device. */
  Address(long address) {
    this.address = address;
  }

  /** Of the host. */
  Address(MemorySegment memory) {
    this(memory.address());
  }
}
