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
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The model's tensors, and on the device what has been prepared from them, which all programs
 * share. For one thread at a time.
 */
final class DeviceWeights implements AutoCloseable {
  /** Many weights share one allocation. */
  private static final long CHUNK_BYTES = 4L << 20;

  private static final int ALIGNMENT = 256;

  /** Any number but 0, which says that there is nothing. */
  private static final long UNPLACED = 1;

  /** The order of a tensor's numbers on the device. */
  enum Order {
    /** As in the tensor. */
    STORED,
    /** {@code [out][in]}, the columns in the order of the input's channels. */
    BY_OUTPUT,
    /** {@code [row][out]}, as tiles of products read it. */
    PRODUCT,
    /** {@code [position][channel][out]}. */
    BY_POSITION,
    /** {@code [in][out]}. */
    TRANSPOSED
  }

  /**
   * What numbers on the device depend on that are a tensor's, folded or not.
   *
   * @param columns for each channel of the input, that of the tensor; empty where they are never in
   *     another order
   */
  record Key(String step, Order order, String tensor, List<Integer> columns) {
    Key(String step, Order order, String tensor) {
      this(step, order, tensor, List.of());
    }
  }

  private final Driver driver;
  private final Function<String, double[]> values;
  private final Map<String, Shape> shapes;
  private final boolean placed;
  private final Map<Record, Long> prepared = new HashMap<>();
  private final List<Long> chunks = new ArrayList<>();
  private long next;
  private long left;
  private long bytes;

  DeviceWeights(Driver driver, Map<String, Tensor> tensors) {
    this(driver, name -> tensors.get(name).toDoubleArray(), Tensor.shapes(tensors), true);
  }

  private DeviceWeights(
      Driver driver, Function<String, double[]> values, Map<String, Shape> shapes, boolean placed) {
    this.driver = driver;
    this.values = values;
    this.shapes = shapes;
    this.placed = placed;
  }

  /** The shapes of all tensors. */
  Map<String, Shape> shapes() {
    return shapes;
  }

  /** A tensor's numbers, in an array of the caller's own. */
  double[] values(String name) {
    return values.apply(name);
  }

  /** Whether what is prepared gets a place on the device. */
  boolean arePlaced() {
    return placed;
  }

  /** The same tensors, of which nothing gets a place: what is prepared has no real address. */
  DeviceWeights unplaced() {
    return new DeviceWeights(driver, values, shapes, false);
  }

  /** Tensors of the same shapes, to try ways with; to be closed. */
  DeviceWeights madeUp() {
    return new DeviceWeights(driver, name -> MadeUpNumbers.of(shapes.get(name)), shapes, true);
  }

  /**
   * The address of float32 numbers in the order in which a kernel reads them.
   *
   * @param key all that the numbers depend on
   */
  long prepare(Record key, Supplier<float[]> numbers) {
    return prepareElements(key, Float.BYTES, numbers);
  }

  /**
   * The address of float32 or float16 numbers, as many bytes each.
   *
   * @param key all that the numbers depend on
   */
  long prepareElements(Record key, int elementBytes, Supplier<float[]> numbers) {
    if (!placed) {
      return UNPLACED;
    }
    Long known = prepared.get(key);
    if (known == null) {
      known = place(numbers.get(), elementBytes);
      prepared.put(key, known);
    }
    return known;
  }

  /** The size of all that has been prepared. */
  long bytes() {
    return bytes;
  }

  /** Frees what has been prepared. */
  @Override
  public void close() {
    prepared.clear();
    left = 0;
    bytes = 0;
    while (!chunks.isEmpty()) {
      driver.free(chunks.removeLast());
    }
  }

  private long place(float[] numbers, int elementBytes) {
    long size = (long) numbers.length * elementBytes;
    long room = Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
    if (room > left) {
      long chunk = Math.max(room, CHUNK_BYTES);
      next = driver.allocate(chunk);
      left = chunk;
      chunks.add(next);
    }
    MemorySegment host = driver.allocateHost(size);
    try {
      write(numbers, elementBytes, host);
      driver.upload(host, 0, size, next);
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

  private static void write(float[] numbers, int elementBytes, MemorySegment host) {
    if (elementBytes == Float.BYTES) {
      MemorySegment.copy(numbers, 0, host, ValueLayout.JAVA_FLOAT, 0, numbers.length);
      return;
    }
    for (int i = 0; i < numbers.length; i++) {
      host.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(numbers[i]));
    }
  }
}
