package dev.vgnet.graph;

import java.util.ArrayList;
import java.util.List;

/** Collects the nodes of a {@link Graph} in order. For one thread. */
public final class GraphBuilder {
  private final String input;
  private final int inputChannels;
  private final List<Node> nodes = new ArrayList<>();

  /**
   * @param input the name of the image batch that the network reads
   * @param inputChannels its channels
   */
  public GraphBuilder(String input, int inputChannels) {
    this.input = input;
    this.inputChannels = inputChannels;
  }

  /** The name of the image batch. */
  public String input() {
    return input;
  }

  /**
   * Adds a node.
   *
   * @return its name, for the nodes that read it
   */
  public String add(String name, Operator operator, String... inputs) {
    nodes.add(new Node(name, operator, List.of(inputs)));
    return name;
  }

  /**
   * The finished graph.
   *
   * @param output the node whose value a run returns
   */
  public Graph build(String output) {
    return new Graph(input, inputChannels, nodes, List.of(output));
  }
}
