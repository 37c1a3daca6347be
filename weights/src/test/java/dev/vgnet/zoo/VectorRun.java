package dev.vgnet.zoo;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.model.ModelFile;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What the Vector backend computes with one thread, since golden cases run side by side. */
final class VectorRun {
  private static final String BACKEND = "vector";

  private VectorRun() {}

  /** Of a network as it is used. */
  static double[] logits(ModelFile file, Tensor images) {
    SessionOptions options =
        SessionOptions.builder().device(Device.CPU).backend(BACKEND).threads(1).build();
    try (Session session = Model.of(file).newSession(options)) {
      return doubles(session.run(images).toFloatArray());
    }
  }

  /** Of a network whose every value is an output. */
  static Map<String, double[]> values(ModelFile file, Tensor images) {
    List<String> nodes = file.graph().nodes().stream().map(Node::name).toList();
    Graph graph = file.graph().withOutputs(nodes);
    float[][] outputs = outputs(graph, file, images.shape());
    CompileOptions options = new CompileOptions(1, Optional.empty(), Precision.FP32);
    try (CompiledModel model =
        Backends.choose(Device.CPU, Optional.of(BACKEND)).compile(graph, file.tensors(), options)) {
      model.run(images.shape(), images.toFloatArray(), outputs);
    }
    Map<String, double[]> values = new HashMap<>();
    for (int i = 0; i < outputs.length; i++) {
      values.put(nodes.get(i), doubles(outputs[i]));
    }
    return values;
  }

  private static float[][] outputs(Graph graph, ModelFile file, Shape input) {
    Map<String, Shape> shapes =
        ShapeInference.infer(
            graph, Tensor.shapes(file.tensors()), input.extent(2), input.extent(3));
    return graph.outputs().stream()
        .map(name -> new float[(int) (input.extent(0) * shapes.get(name).elementCount())])
        .toArray(float[][]::new);
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
