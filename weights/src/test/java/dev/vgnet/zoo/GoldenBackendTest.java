package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole way of a network, from state dict to logits, in float32 on the Vector API. */
class GoldenBackendTest {
  private static final String BACKEND = "vector";
  private static final int THREADS = 2;

  static List<String> cases() {
    return GoldenCase.names();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithPyTorch(String name) {
    GoldenCase golden = GoldenCase.load(name);
    ModelFile file = GoldenCases.imported(name, golden).file();
    Shape input = golden.inputShape();
    Tensor images = Tensor.of(input, RuleWeights.input(input));
    checkLogits(golden, file, images);
    checkStages(name, golden, file, images);
  }

  /** Relative to a standard deviation: four times what PyTorch loses in float32, or 1e-5. */
  private static double tolerance(GoldenCase golden) {
    return Math.max(1e-5, 4 * golden.float32Error() / golden.logitsStandardDeviation());
  }

  private static void checkLogits(GoldenCase golden, ModelFile file, Tensor images) {
    SessionOptions options =
        SessionOptions.builder().device(Device.CPU).backend(BACKEND).threads(THREADS).build();
    try (Session session = Model.of(file).newSession(options)) {
      Tensor logits = session.run(images);
      double[] expected = golden.logits();
      assertEquals(expected.length, logits.shape().elementCount());
      double limit = tolerance(golden) * golden.logitsStandardDeviation();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], logits.get(i), limit, "logit " + i);
      }
    }
  }

  /** Each checksum must be that of some value inside the network. */
  private static void checkStages(String name, GoldenCase golden, ModelFile file, Tensor images) {
    List<String> nodes = file.graph().nodes().stream().map(Node::name).toList();
    Checksums checksums = new Checksums(values(file, nodes, images));
    GoldenCases.stages(name, golden)
        .forEach(stage -> checksums.requireOneOf(stage, tolerance(golden)));
  }

  /** What the backend computes for nodes inside the network. */
  private static Map<String, double[]> values(ModelFile file, List<String> nodes, Tensor images) {
    Graph graph = file.graph().withOutputs(nodes);
    float[][] outputs = outputs(graph, file, images.shape());
    CompileOptions options = new CompileOptions(THREADS, Optional.empty());
    try (CompiledModel model =
        Backends.choose(Device.CPU, Optional.of(BACKEND)).compile(graph, file.tensors(), options)) {
      model.run(images.shape(), images.toFloatArray(), outputs);
    }
    Map<String, double[]> values = new HashMap<>();
    for (int i = 0; i < outputs.length; i++) {
      float[] output = outputs[i];
      values.put(
          nodes.get(i), IntStream.range(0, output.length).mapToDouble(k -> output[k]).toArray());
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
}
