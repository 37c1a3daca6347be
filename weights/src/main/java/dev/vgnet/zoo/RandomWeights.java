package dev.vgnet.zoo;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.util.Collections;
import java.util.Comparator;
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
 * will halve it, it doubles it (He et al. 2015, section 2.2), and where a gate will let pass about
 * half of each value, it quadruples it. All branches that are added to the values beside them
 * double the power together, however many there are.
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
    Map<String, Double> powers = powers(network.graph());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network
        .expected()
        .forEach(
            (name, shape) -> {
              double power = powers.getOrDefault(name, 1.0);
              tensors.put(
                  name,
                  fixed.containsKey(name) ? fixed.get(name) : tensor(name, shape, power, random));
            });
    return new StateDict(tensors, List.of("random weights, seed " + seed));
  }

  /** What weights make of the power of what they read, where that is not to keep it. */
  private static Map<String, Double> powers(Graph graph) {
    List<String> names = graph.nodes().stream().map(Node::name).toList();
    long sums = graph.nodes().stream().filter(n -> n.operator() instanceof Operator.Add).count();
    Map<String, String> weightOfValue = new HashMap<>();
    Map<String, Double> powers = new HashMap<>();
    Set<String> activated = new HashSet<>();
    for (Node node : graph.nodes()) {
      String source = weightOfValue.get(node.inputs().getFirst());
      switch (node.operator()) {
        case Operator.Conv2d conv -> weightOfValue.put(node.name(), conv.weight());
        case Operator.DepthwiseConv2d conv -> weightOfValue.put(node.name(), conv.weight());
        case Operator.BatchNorm _ -> weightOfValue.put(node.name(), source);
        case Operator.Activation activation -> {
          weightOfValue.put(node.name(), source);
          if (HALVING.contains(activation.function()) && activated.add(source)) {
            multiply(powers, source, 2);
          }
        }
        case Operator.Multiply _ -> {
          weightOfValue.put(node.name(), source);
          multiply(powers, source, 4);
        }
        case Operator.Add _ -> {
          // The branch, which comes after what it is added to.
          String last = Collections.max(node.inputs(), Comparator.comparing(names::indexOf));
          multiply(powers, weightOfValue.get(last), 1.0 / sums);
        }
        default -> {}
      }
    }
    return powers;
  }

  private static void multiply(Map<String, Double> powers, String weight, double factor) {
    powers.merge(weight, factor, (a, b) -> a * b);
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
