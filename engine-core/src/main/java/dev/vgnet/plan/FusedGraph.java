package dev.vgnet.plan;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A graph under rewriting. Nodes are taken up in the graph's order; on each the first rule that
 * fits is applied, and what nobody reads any more disappears. A rewritten node stands where the
 * last of its graph nodes stood, when all that any of them reads has been computed. For one thread.
 */
final class FusedGraph {
  private final Map<String, FusedNode> nodes = new LinkedHashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final Map<String, Integer> positions = new HashMap<>();
  private final Map<String, Shape> tensorShapes;

  private FusedGraph(Map<String, Shape> tensorShapes) {
    this.tensorShapes = tensorShapes;
  }

  /**
   * The nodes that the graph's outputs need, rewritten by the rules.
   *
   * @param tensorShapes of the model's tensors
   */
  static FusedGraph rewrite(Graph graph, Map<String, Shape> tensorShapes, List<Rule> rules) {
    FusedGraph fused = new FusedGraph(tensorShapes);
    List<Node> live = live(graph);
    graph.outputs().forEach(name -> fused.countReader(name, 1));
    live.forEach(node -> node.inputs().forEach(name -> fused.countReader(name, 1)));
    for (Node node : live) {
      fused.add(FusedNode.of(node), rules);
    }
    return fused;
  }

  private static List<Node> live(Graph graph) {
    Set<String> needed = new HashSet<>(graph.outputs());
    List<Node> live = new ArrayList<>();
    for (Node node : graph.nodes().reversed()) {
      if (needed.contains(node.name())) {
        needed.addAll(node.inputs());
        live.add(node);
      }
    }
    return live.reversed();
  }

  private void add(FusedNode node, List<Rule> rules) {
    nodes.put(node.name(), node);
    positions.put(node.name(), positions.size());
    rules.stream()
        .flatMap(rule -> rule.rewrite(node, this).stream())
        .findFirst()
        .ifPresent(replacement -> replace(node, replacement));
  }

  private void replace(FusedNode node, FusedNode replacement) {
    nodes.put(node.name(), replacement);
    replacement.reads().forEach(name -> countReader(name, 1));
    release(node);
  }

  /** Takes back what a node reads, and with it every node that nothing reads any more. */
  private void release(FusedNode node) {
    Deque<FusedNode> unread = new ArrayDeque<>(List.of(node));
    while (!unread.isEmpty()) {
      for (String name : unread.remove().reads()) {
        countReader(name, -1);
        if (readers.get(name) == 0 && nodes.containsKey(name)) {
          unread.add(nodes.remove(name));
        }
      }
    }
  }

  private void countReader(String name, int change) {
    readers.merge(name, change, Integer::sum);
  }

  /** The nodes in an order in which they can be computed. */
  List<FusedNode> nodes() {
    return List.copyOf(nodes.values());
  }

  /** The node that computes a value which is read once in all; an output is read from outside. */
  Optional<FusedNode> absorbable(String value) {
    return readers.get(value) == 1 ? Optional.ofNullable(nodes.get(value)) : Optional.empty();
  }

  /** Of two values, the one that is computed last. */
  String later(String a, String b) {
    return positions.getOrDefault(a, -1) > positions.getOrDefault(b, -1) ? a : b;
  }

  /** True for a 1x1 convolution with stride 1 over one group. */
  boolean isPointwise(Conv2d conv) {
    return kernel(conv.weight()) == 1
        && conv.stride() == 1
        && conv.padding() == 0
        && conv.groups() == 1;
  }

  /** The height and width of a convolution's kernels. */
  int kernel(String weight) {
    return tensorShapes.get(weight).extent(2);
  }

  /** One line for each node. */
  @Override
  public String toString() {
    return nodes.values().stream().map(FusedNode::toString).collect(Collectors.joining("\n"));
  }
}
