package dev.vgnet.cpu.vector;

import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The model's tensors and what has been prepared from them, which image sizes share. For one thread
 * at a time.
 */
final class Weights {
  private final Map<String, Tensor> tensors;
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Map<Record, float[]> packed = new HashMap<>();
  private long bytes;

  Weights(Map<String, Tensor> tensors) {
    this.tensors = tensors;
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
  }

  /** A tensor's numbers in double precision, whatever its type. */
  double[] values(String name) {
    return tensors.get(name).toDoubleArray();
  }

  /** The shapes of all tensors. */
  Map<String, Shape> shapes() {
    return shapes;
  }

  /**
   * Numbers in the order in which a kernel reads them.
   *
   * @param key all that the order depends on
   */
  float[] pack(Record key, Supplier<float[]> packing) {
    return packed.computeIfAbsent(
        key,
        _ -> {
          float[] values = packing.get();
          bytes += 4L * values.length;
          return values;
        });
  }

  /** The size of all that has been packed. */
  long bytes() {
    return bytes;
  }

  /** Frees what has been packed. */
  void close() {
    packed.clear();
  }
}
