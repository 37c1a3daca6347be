package dev.vgnet.cuda.driver;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.Pointer;

/** A pointer to memory that is not its own; one may point here, then there. */
final class Address extends Pointer {
  /** Of the device. */
  Address(long address) {
    this.address = address;
  }

  /** The same pointer, elsewhere. */
  Address at(long address) {
    this.address = address;
    return this;
  }

  /** Of the host. */
  Address(MemorySegment memory) {
    this(memory.address());
  }
}
