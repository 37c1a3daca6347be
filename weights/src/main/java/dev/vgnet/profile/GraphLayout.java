package dev.vgnet.profile;

import dev.vgnet.runtime.ExecutionReport.StepReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.elk.alg.layered.LayeredLayoutProvider;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/**
 * Where the boxes and lines of a picture of steps lie, in pixels; from top to bottom, in layers.
 *
 * @param boxes one for each step, in order, then one for each input that no step has made
 */
record GraphLayout(double width, double height, List<Box> boxes, List<Line> lines) {

  /** The place of a step; {@code name} is the step's. */
  record Box(String name, double x, double y) {}

  /** A value on its way, along horizontal and vertical lines. */
  record Line(List<Point> points) {}

  record Point(double x, double y) {}

  /** Lays out steps as boxes of one size. */
  static GraphLayout of(List<StepReport> steps, double boxWidth, double boxHeight) {
    LayoutMetaDataService.getInstance(); // Registers the types of the layouter's options.
    ElkNode graph = ElkGraphUtil.createGraph();
    graph.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
    graph.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
    graph.setProperty(CoreOptions.PADDING, new ElkPadding(0));
    Map<String, ElkNode> latest = new HashMap<>();
    Map<ElkNode, String> names = new LinkedHashMap<>();
    for (StepReport step : steps) {
      ElkNode node = box(graph, boxWidth, boxHeight);
      for (String input : step.inputs()) {
        ElkGraphUtil.createSimpleEdge(
            latest.computeIfAbsent(input, _ -> box(graph, boxWidth, boxHeight)), node);
      }
      names.put(node, step.name());
      latest.put(step.name(), node);
    }
    latest.forEach((name, node) -> names.putIfAbsent(node, name));
    new LayeredLayoutProvider().layout(graph, new BasicProgressMonitor());
    List<Box> boxes = new ArrayList<>();
    names.forEach((node, name) -> boxes.add(new Box(name, node.getX(), node.getY())));
    List<Line> lines = graph.getContainedEdges().stream().map(GraphLayout::line).toList();
    return new GraphLayout(graph.getWidth(), graph.getHeight(), boxes, lines);
  }

  private static ElkNode box(ElkNode graph, double width, double height) {
    ElkNode node = ElkGraphUtil.createNode(graph);
    node.setDimensions(width, height);
    return node;
  }

  private static Line line(ElkEdge edge) {
    ElkEdgeSection section = edge.getSections().getFirst();
    List<Point> points = new ArrayList<>();
    points.add(new Point(section.getStartX(), section.getStartY()));
    section.getBendPoints().forEach(bend -> points.add(new Point(bend.getX(), bend.getY())));
    points.add(new Point(section.getEndX(), section.getEndY()));
    return new Line(points);
  }
}
