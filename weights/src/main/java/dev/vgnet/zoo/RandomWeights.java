package dev.vgnet.zoo;

import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Weights for a network that was never trained, spread so that its values neither vanish nor
 * explode: what a benchmark runs on.
 */
final class RandomWeights {
  private RandomWeights() {}

  /**
   * A state dict with every tensor the network expects.
   *
   * @param fixed the tensors that are no random numbers
   */
  static StateDict of(Network network, Map<String, Tensor> fixed, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network
        .expected()
        .forEach(
            (name, shape) ->
                tensors.put(
                    name, fixed.containsKey(name) ? fixed.get(name) : tensor(name, shape, random)));
    return new StateDict(tensors, List.of("random weights, seed " + seed));
  }

  private static Tensor tensor(String name, Shape shape, Random random) {
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    boolean kernel = shape.rank() > 1;
    boolean aroundOne = name.endsWith(".running_var") || !kernel && name.endsWith(".weight");
    double bound = kernel ? Math.sqrt(6.0 * shape.extent(0) / shape.elementCount()) : 0.2;
    for (int i = 0; i < values.length; i++) {
      double uniform = (2 * random.nextDouble() - 1) * bound;
      values[i] = (float) (aroundOne ? 1 + uniform : uniform);
    }
    return Tensor.of(shape, values);
  }
}
