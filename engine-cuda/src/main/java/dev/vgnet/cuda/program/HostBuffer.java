package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import java.lang.foreign.MemorySegment;

/** Memory of the host that the device copies from or to; it grows, and is kept. */
final class HostBuffer {
  private final Driver driver;
  private MemorySegment memory = MemorySegment.NULL;

  HostBuffer(Driver driver) {
    this.driver = driver;
  }

  /** Room for so many float32 numbers, good until the next call. */
  MemorySegment floats(long numbers) {
    long bytes = Math.multiplyExact(numbers, (long) Float.BYTES);
    if (memory.byteSize() < bytes) {
      close();
      memory = driver.allocateHost(bytes);
    }
    return memory.asSlice(0, bytes);
  }

  /** Gives the memory back; the next call takes some again. */
  void close() {
    if (memory.byteSize() > 0) {
      driver.freeHost(memory);
      memory = MemorySegment.NULL;
    }
  }
}
