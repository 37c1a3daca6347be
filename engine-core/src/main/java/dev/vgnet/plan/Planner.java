package dev.vgnet.plan;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import java.util.Map;

/**
 * Turns a graph into a plan: rewrites it by the {@link Rule}s, lowers what is left, and moves norms
 * to where they cost nothing.
 */
public final class Planner {
  /** Many times the largest network known; bounds the time that planning takes. */
  private static final int MAX_NODES = 20_000;

  private Planner() {}

  /**
   * The plan for images of one size.
   *
   * @param tensorShapes the shape of every tensor of the model
   * @param height of the image
   * @param width of the image
   * @throws ModelFormatException if graph, tensors and size do not fit
   * @throws UnsupportedModelException if the graph has more than 20,000 nodes, joins thousands of
   *     pieces of feature maps, names a million of them in all, or adds or multiplies vectors that
   *     were flattened from maps of different extents
   */
  public static Plan plan(Graph graph, Map<String, Shape> tensorShapes, int height, int width) {
    if (graph.nodes().size() > MAX_NODES) {
      throw new UnsupportedModelException(
          "the graph has %d nodes, at most %d can be planned"
              .formatted(graph.nodes().size(), MAX_NODES));
    }
    Map<String, Shape> shapes = ShapeInference.infer(graph, tensorShapes, height, width);
    FusedGraph fused = FusedGraph.rewrite(graph, tensorShapes, Rule.ALL);
    return NormBeforePointwise.rewrite(Lowering.lower(graph, fused, shapes));
  }
}
