package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory of the host that the device copies from or to; it grows, and is kept. */
final class HostBuffer implements AutoCloseable {
  /** The numbers that are copied at once: 1 MiB. */
  static final int PIECE = 1 << 18;

  private final Driver driver;
  private MemorySegment memory = MemorySegment.NULL;

  HostBuffer(Driver driver) {
    this.driver = driver;
  }

  /**
   * Asks for a copy to the device, piece by piece: it copies one while the next is being written
   * here. Whatever is asked for later finds all of them there.
   *
   * @param values at least {@code numbers} of them, which may be changed after this
   * @param address on the device
   */
  void upload(float[] values, int numbers, long address) {
    MemorySegment host = floats(numbers);
    for (long from = 0; from < numbers; from += PIECE) {
      int count = (int) Math.min(PIECE, numbers - from);
      long offset = from * Float.BYTES;
      MemorySegment.copy(values, (int) from, host, ValueLayout.JAVA_FLOAT, offset, count);
      driver.upload(host, offset, (long) count * Float.BYTES, address + offset);
    }
  }

  /** Room for at least so many float32 numbers, good until the next call. */
  MemorySegment floats(long numbers) {
    long bytes = Math.multiplyExact(numbers, (long) Float.BYTES);
    if (memory.byteSize() < bytes) {
      close();
      memory = driver.allocateHost(bytes);
    }
    return memory;
  }

  /** Gives the memory back; the next call takes some again. */
  @Override
  public void close() {
    if (memory.byteSize() > 0) {
      try {
        // A run that failed may have left copies under way.
        driver.await();
      } finally {
        driver.freeHost(memory);
        memory = MemorySegment.NULL;
      }
    }
  }
}
