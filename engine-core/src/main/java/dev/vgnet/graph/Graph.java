package dev.vgnet.graph;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a network computes: an immutable list of nodes, each after the values it reads. Batch and
 * image size are free. The constructor checks names and order (so a graph has no cycles); {@link
 * ShapeInference} checks everything that depends on the tensors.
 *
 * @param input the name of the image batch that the network reads
 * @param inputChannels the channels of that batch, usually 3
 * @param nodes in an order in which they can be computed
 * @param outputs the names of the values that a run returns, at least one
 */
public record Graph(String input, int inputChannels, List<Node> nodes, List<String> outputs) {
  /**
   * @throws ModelFormatException naming the input, node or output that breaks a rule; no weight
   *     file could hold a name with half a surrogate pair, which UTF-8 cannot express
   */
  public Graph {
    Objects.requireNonNull(input);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    if (inputChannels < 1) {
      throw new ModelFormatException(
          "input " + Printable.shortened(input), "has " + inputChannels + " channels");
    }
    checkText("input " + Printable.shortened(input), input);
    Set<String> known = new HashSet<>();
    known.add(input);
    for (Node node : nodes) {
      checkArity(node);
      checkText(node.describe(), node.name());
      node.operator().tensors().forEach(name -> checkText(node.describe(), name));
      for (String name : node.inputs()) {
        if (!known.contains(name)) {
          throw new ModelFormatException(
              node.describe(),
              "reads " + Printable.shortened(name) + ", which no earlier node computes");
        }
      }
      if (!known.add(node.name())) {
        throw new ModelFormatException(node.describe(), "name is used twice");
      }
    }
    if (outputs.isEmpty()) {
      throw new ModelFormatException("graph", "has no output");
    }
    for (String name : outputs) {
      if (!known.contains(name) || name.equals(input)) {
        throw new ModelFormatException(
            "output " + Printable.shortened(name), "is computed by no node");
      }
    }
  }

  /**
   * The same network with other outputs, such as the values between its layers.
   *
   * @param names names of nodes
   */
  public Graph withOutputs(List<String> names) {
    return new Graph(input, inputChannels, nodes, names);
  }

  private static void checkText(String where, String name) {
    if (!Printable.isUnicode(name)) {
      throw new ModelFormatException(
          where, "half a surrogate pair in the name " + Printable.shortened(name));
    }
  }

  private static void checkArity(Node node) {
    int inputs = node.inputs().size();
    boolean fits =
        switch (node.operator()) {
          case Operator.Add _, Operator.Multiply _ -> inputs == 2;
          case Operator.Concat _ -> inputs >= 1;
          default -> inputs == 1;
        };
    if (!fits) {
      throw new ModelFormatException(node.describe(), "reads " + inputs + " values");
    }
  }
}
