package dev.vgnet.graph;

import java.util.List;

/**
 * One operation of a graph. The value it computes goes by the node's own name.
 *
 * @param name unique in the graph; where PyTorch has a module for it, the module's name
 * @param inputs the names of the values it reads: earlier nodes, or the graph's input
 */
public record Node(String name, Operator operator, List<String> inputs) {
  public Node {
    inputs = List.copyOf(inputs);
  }

  /** Name and operator, for messages: {@code node features.stem.0 (Conv2d)}. */
  public String describe() {
    return "node " + name + " (" + operator.getClass().getSimpleName() + ")";
  }
}
