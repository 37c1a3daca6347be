package dev.vgnet.plan;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import java.util.Map;

/** Turns a graph into a plan: rewrites it by the {@link Rule}s, then lowers what is left. */
public final class Planner {
  private Planner() {}

  /**
   * The plan for images of one size.
   *
   * @param tensorShapes the shape of every tensor of the model
   * @param height of the image
   * @param width of the image
   * @throws ModelFormatException if graph, tensors and size do not fit
   * @throws UnsupportedModelException if the graph cannot be planned
   */
  public static Plan plan(Graph graph, Map<String, Shape> tensorShapes, int height, int width) {
    Map<String, Shape> shapes = ShapeInference.infer(graph, tensorShapes, height, width);
    FusedGraph fused = FusedGraph.rewrite(graph, tensorShapes, Rule.ALL);
    return Lowering.lower(graph, fused, shapes);
  }
}
