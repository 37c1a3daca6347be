package dev.vgnet.model;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of a weight file: graph, tensors and metadata, checked against each other. Immutable.
 *
 * @param graph with one output, which is what a session computes
 * @param tensors every tensor that the graph names, and perhaps more; their order is kept
 */
public record ModelFile(Graph graph, Map<String, Tensor> tensors, Metadata metadata) {
  /**
   * @throws ModelFormatException if the graph has more than one output, if a tensor is missing or
   *     of the wrong shape or type, if labels and classes differ in number, or if the graph does
   *     not accept an image of the preprocessed size
   */
  public ModelFile {
    if (graph.outputs().size() != 1) {
      throw new ModelFormatException(
          "graph", "expected one output, found " + graph.outputs().size());
    }
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    int size = metadata.preprocessing().crop();
    Map<String, Shape> values = ShapeInference.infer(graph, Tensor.shapes(tensors), size, size);
    requireFloats(graph, tensors);
    if (graph.inputChannels() != metadata.preprocessing().mean().size()) {
      throw new ModelFormatException(
          "preprocessing",
          "has %d channels, the graph %d"
              .formatted(metadata.preprocessing().mean().size(), graph.inputChannels()));
    }
    int labels = metadata.labels().size();
    long classes = values.get(graph.outputs().getFirst()).elementCount();
    if (labels != 0 && labels != classes) {
      throw new ModelFormatException(
          "labels", "expected %d, one a class, found %d".formatted(classes, labels));
    }
  }

  private static void requireFloats(Graph graph, Map<String, Tensor> tensors) {
    for (Node node : graph.nodes()) {
      for (String name : node.operator().tensors()) {
        if (!tensors.get(name).dataType().isFloatingPoint()) {
          throw new ModelFormatException(
              node.describe(),
              "expected floating-point numbers, found %s %s"
                  .formatted(Printable.shortened(name), tensors.get(name)));
        }
      }
    }
  }
}
