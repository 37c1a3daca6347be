package dev.vgnet.zoo;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Weights for a network that was never trained, spread so that its values neither vanish nor
 * explode: what a benchmark runs on. A kernel keeps the power of what it reads; where an activation
 * will halve it, it doubles it (He et al. 2015, section 2.2).
 */
final class RandomWeights {
  /** Those that let pass about half of what they read; the others squash it. */
  private static final Set<Function> HALVING =
      EnumSet.of(Function.RELU, Function.RELU6, Function.SILU, Function.HARDSWISH);

  private RandomWeights() {}

  /**
   * A state dict with every tensor the network expects.
   *
   * @param fixed the tensors that are no random numbers
   */
  static StateDict of(Network network, Map<String, Tensor> fixed, long seed) {
    Random random = new Random(seed);
    Set<String> activated = activated(network.graph());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network
        .expected()
        .forEach(
            (name, shape) -> {
              double power = activated.contains(name) ? 2 : 1;
              tensors.put(
                  name,
                  fixed.containsKey(name) ? fixed.get(name) : tensor(name, shape, power, random));
            });
    return new StateDict(tensors, List.of("random weights, seed " + seed));
  }

  /** The weights whose sums go through an activation that halves their power. */
  private static Set<String> activated(Graph graph) {
    Map<String, String> weightOfValue = new HashMap<>();
    Set<String> activated = new HashSet<>();
    for (Node node : graph.nodes()) {
      String source = weightOfValue.get(node.inputs().getFirst());
      switch (node.operator()) {
        case Operator.Conv2d conv -> weightOfValue.put(node.name(), conv.weight());
        case Operator.DepthwiseConv2d conv -> weightOfValue.put(node.name(), conv.weight());
        case Operator.BatchNorm _ when source != null -> weightOfValue.put(node.name(), source);
        case Operator.Activation activation
            when source != null && HALVING.contains(activation.function()) ->
            activated.add(source);
        default -> {}
      }
    }
    return activated;
  }

  private static Tensor tensor(String name, Shape shape, double power, Random random) {
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    boolean kernel = shape.rank() > 1;
    boolean aroundOne = name.endsWith(".running_var") || !kernel && name.endsWith(".weight");
    double bound = kernel ? Math.sqrt(3 * power * shape.extent(0) / shape.elementCount()) : 0.2;
    for (int i = 0; i < values.length; i++) {
      double uniform = (2 * random.nextDouble() - 1) * bound;
      values[i] = (float) (aroundOne ? 1 + uniform : uniform);
    }
    return Tensor.of(shape, values);
  }
}
