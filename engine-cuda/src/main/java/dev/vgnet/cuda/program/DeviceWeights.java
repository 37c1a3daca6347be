package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The model's tensors, and on the device what has been prepared from them, which all programs
 * share. For one thread at a time.
 */
final class DeviceWeights {
  /** Many weights share one allocation. */
  private static final long CHUNK_BYTES = 4L << 20;

  private static final int ALIGNMENT = 256;

  private final Driver driver;
  private final Map<String, Tensor> tensors;
  private final Map<String, Shape> shapes;
  private final Map<Record, Long> prepared = new HashMap<>();
  private final List<Long> chunks = new ArrayList<>();
  private long next;
  private long left;
  private long bytes;

  DeviceWeights(Driver driver, Map<String, Tensor> tensors) {
    this.driver = driver;
    this.tensors = tensors;
    shapes = Tensor.shapes(tensors);
  }

  /** The shapes of all tensors. */
  Map<String, Shape> shapes() {
    return shapes;
  }

  /** A tensor's numbers, in an array of the caller's own. */
  double[] values(String name) {
    return tensors.get(name).toDoubleArray();
  }

  /**
   * The address of numbers in the order in which a kernel reads them.
   *
   * @param key all that the numbers depend on
   */
  long prepare(Record key, Supplier<float[]> numbers) {
    Long known = prepared.get(key);
    if (known == null) {
      known = place(numbers.get());
      prepared.put(key, known);
    }
    return known;
  }

  /** The size of all that has been prepared. */
  long bytes() {
    return bytes;
  }

  /** Frees what has been prepared. */
  void close() {
    chunks.forEach(driver::free);
    chunks.clear();
    prepared.clear();
    left = 0;
  }

  private long place(float[] numbers) {
    long size = (long) numbers.length * Float.BYTES;
    long room = Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
    if (room > left) {
      long chunk = Math.max(room, CHUNK_BYTES);
      next = driver.allocate(chunk);
      left = chunk;
      chunks.add(next);
    }
    MemorySegment host = driver.allocateHost(size);
    try {
      MemorySegment.copy(numbers, 0, host, ValueLayout.JAVA_FLOAT, 0, numbers.length);
      driver.upload(host, next);
      driver.await();
    } finally {
      driver.freeHost(host);
    }
    long address = next;
    next += room;
    left -= room;
    bytes += room;
    return address;
  }
}
