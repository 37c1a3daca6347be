package dev.vgnet.cpu.reference;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.graph.GraphStatistics.NodeStatistics;
import dev.vgnet.graph.Node;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The interpreter as a compiled model: one image after the other, rounded to float32 at the end.
 */
final class ReferenceModel implements CompiledModel {
  private final Graph graph;
  private final Map<String, Shape> tensorShapes;
  private final long weightBytes;
  private final ReferenceInterpreter interpreter;

  ReferenceModel(Graph graph, Map<String, Tensor> tensors) {
    this.graph = graph;
    this.interpreter = new ReferenceInterpreter(graph, tensors);
    this.tensorShapes = interpreter.tensorShapes();
    this.weightBytes =
        tensorShapes.values().stream().mapToLong(s -> s.elementCount() * Double.BYTES).sum();
  }

  @Override
  public void run(Shape input, float[] images, float[][] outputs) {
    Map<String, Shape> shapes = interpreter.shapes(input);
    for (int n = 0; n < input.extent(0); n++) {
      Map<String, FeatureMap> values = interpreter.runImage(image(input, images, n), shapes);
      for (int i = 0; i < outputs.length; i++) {
        double[] from = values.get(graph.outputs().get(i)).values();
        for (int j = 0; j < from.length; j++) {
          outputs[i][n * from.length + j] = (float) from[j];
        }
      }
    }
  }

  @Override
  public ExecutionReport report(Shape input) {
    GraphStatistics statistics =
        GraphStatistics.of(graph, tensorShapes, input.extent(2), input.extent(3));
    long bytes =
        statistics.nodes().stream()
            .mapToLong(node -> node.output().elementCount() * Double.BYTES)
            .sum();
    Map<String, Shape> values = interpreter.shapes(input);
    List<StepReport> steps = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      steps.add(step(graph.nodes().get(i), statistics.nodes().get(i), values));
    }
    return new ExecutionReport(steps, bytes, bytes, weightBytes);
  }

  private StepReport step(Node node, NodeStatistics statistics, Map<String, Shape> values) {
    Stream<Shape> read =
        Stream.concat(
            node.inputs().stream().map(values::get),
            node.operator().tensors().stream().map(tensorShapes::get));
    long numbers = statistics.output().elementCount() + read.mapToLong(Shape::elementCount).sum();
    return new StepReport(
        node.name(),
        statistics.operator(),
        node.inputs(),
        "scalar loops, float64",
        statistics.output(),
        statistics.multiplyAccumulates(),
        Double.BYTES * numbers);
  }

  @Override
  public long[] profile(Shape input, float[] images) {
    long[] nanos = new long[graph.nodes().size()];
    Map<String, Shape> shapes = interpreter.shapes(input);
    for (int n = 0; n < input.extent(0); n++) {
      interpreter.runImage(image(input, images, n), shapes, nanos);
    }
    return nanos;
  }

  private static double[] image(Shape input, float[] images, int n) {
    int length = (int) (input.elementCount() / input.extent(0));
    double[] image = new double[length];
    for (int i = 0; i < length; i++) {
      image[i] = images[n * length + i];
    }
    return image;
  }

  @Override
  public void close() {
    // Holds nothing but memory.
  }
}
