package dev.vgnet.graph;

import dev.vgnet.error.Printable;
import java.util.List;
import java.util.Objects;

/**
 * One operation of a graph. The value it computes goes by the node's own name.
 *
 * @param name unique in the graph; where PyTorch has a module for it, the module's name
 * @param inputs the names of the values it reads: earlier nodes, or the graph's input
 */
public record Node(String name, Operator operator, List<String> inputs) {
  public Node {
    Objects.requireNonNull(name);
    Objects.requireNonNull(operator);
    inputs = List.copyOf(inputs);
  }

  /**
   * Name and operator, for messages: {@code node features.stem.0 (Conv2d)}. A name that no terminal
   * should be given is escaped and shortened.
   */
  public String describe() {
    return "node %s (%s)".formatted(Printable.shortened(name), operator.getClass().getSimpleName());
  }
}
