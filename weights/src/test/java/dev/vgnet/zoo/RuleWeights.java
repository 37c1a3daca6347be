package dev.vgnet.zoo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/**
 * Weights that any language can make from a tensor's name: FNV-1a of the name seeds splitmix64,
 * whose upper 24 bits are numbers u in [0, 1).
 */
final class RuleWeights {
  private RuleWeights() {}

  /** FNV-1a, 64 bits. */
  static long hash(String key) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : key.getBytes(UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** The i-th number of a key, in [0, 1). */
  static double uniform(long hash, long i) {
    long z = hash + i * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) / 0x1p24;
  }

  /** The input of a case, in [-1, 1), exact in float32. */
  static double[] input(Shape shape) {
    long hash = hash("input");
    double[] values = new double[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * uniform(hash, i) - 1;
    }
    return values;
  }

  /**
   * A tensor in float32.
   *
   * @param role what the tensor is: weight, gamma, bias, mean or var
   * @param gain by which a weight is larger than what keeps a variance of 1
   */
  static Tensor tensor(String key, String role, Shape shape, double gain) {
    DoubleUnaryOperator value =
        switch (role) {
          case "weight" -> {
            double fanIn = (double) shape.elementCount() / shape.extent(0);
            double bound = Math.sqrt(3.0 / fanIn) * gain;
            yield u -> (2.0 * u - 1.0) * bound;
          }
          case "gamma" -> u -> 0.75 + 0.5 * u;
          case "bias", "mean" -> u -> 0.2 * (2.0 * u - 1.0);
          case "var" -> u -> 0.5 + u;
          default -> throw new IllegalArgumentException("no role " + role);
        };
    long hash = hash(key);
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) value.applyAsDouble(uniform(hash, i));
    }
    return Tensor.of(shape, values);
  }
}
