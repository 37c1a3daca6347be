package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The model's tensors and what has been prepared from them, which image sizes share. For one thread
 * at a time.
 */
public final class Weights {
  /** Numbers from an offset on, which begins a cache line where the JVM allows. */
  record Packed(float[] array, int offset) {}

  private final Map<String, Tensor> tensors;
  private final Map<String, Shape> shapes;
  private final Map<Record, Packed> packed = new HashMap<>();

  /**
   * Where weights are packed next; many share an array, so that it is large enough to be aligned.
   */
  private float[] array = new float[0];

  private int end;
  private long bytes;

  public Weights(Map<String, Tensor> tensors) {
    this.tensors = tensors;
    shapes = Tensor.shapes(tensors);
  }

  /** A tensor's numbers in double precision, whatever its type. */
  public double[] values(String name) {
    return tensors.get(name).toDoubleArray();
  }

  /** The shapes of all tensors. */
  public Map<String, Shape> shapes() {
    return shapes;
  }

  /**
   * Numbers in the order in which a kernel reads them.
   *
   * @param key all that the order depends on
   */
  Packed pack(Record key, Supplier<float[]> packing) {
    return packed.computeIfAbsent(key, _ -> place(packing.get()));
  }

  private Packed place(float[] values) {
    long length = AlignedArrays.wholeLines(values.length);
    if (end + length > array.length) {
      array = AlignedArrays.allocate(length);
      end = AlignedArrays.FIRST;
    }
    System.arraycopy(values, 0, array, end, values.length);
    Packed placed = new Packed(array, end);
    end += (int) length;
    bytes += 4 * length;
    return placed;
  }

  /** The size of all that has been packed. */
  public long bytes() {
    return bytes;
  }

  /** Frees what has been packed. */
  public void close() {
    packed.clear();
    array = new float[0];
    end = 0;
  }
}
