package dev.vgnet.cuda;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Small networks for images of three channels. */
final class SampleModels {
  static final int CLASSES = 10;

  private SampleModels() {}

  /** A convolution of each kind, and a head. */
  static Model plain() {
    Graph graph =
        new Graph(
            "x",
            3,
            List.of(
                node("stem", new Operator.Conv2d("stem", Optional.empty(), 2, 1, 1), "x"),
                node(
                    "each",
                    new Operator.DepthwiseConv2d("each", Optional.empty(), 1, 1, false),
                    "stem"),
                node("point", new Operator.Conv2d("point", Optional.empty(), 1, 0, 1), "each"),
                node("mean", new Operator.GlobalAveragePool(), "point"),
                node("flat", new Operator.Flatten(), "mean"),
                node("head", new Operator.Linear("head", Optional.empty()), "flat")),
            List.of("head"));
    return model(
        graph,
        Map.of(
            "stem", tensor(16, 3, 3, 3),
            "each", tensor(16, 1, 3, 3),
            "point", tensor(24, 16, 1, 1),
            "head", tensor(CLASSES, 24)));
  }

  /** As VGNetG: half of the channels pass by the depthwise convolutions; with squeeze-excite. */
  static Model halfIdentity() {
    SampleNetwork network = new SampleNetwork(new Random(3), 3);
    String x = network.conv("x", 3, 8, 3, 2, 1, 1, false);
    x = network.activation(network.norm(x, 8), Function.RELU);
    x = network.other(new Operator.MaxPool(3, 1, 1), x);
    x = network.activation(network.norm(network.pointwise(x, 8, 12), 12), Function.RELU);
    x = network.norm(network.depthwise(x, 12, 12, 3, 2, 1, false), 12);
    for (int block = 0; block < 2; block++) {
      String filtered = network.depthwise(network.slice(x, 0, 6), 6, 6, 3, 1, 1, false);
      String joined = network.concat(network.norm(filtered, 6), network.slice(x, 6, 12));
      x = network.norm(network.pointwise(joined, 12, 12), 12);
      x = network.squeezeExcite(network.activation(x, Function.RELU), 12, 3);
    }
    String mean = network.other(new Operator.Flatten(), network.mean(x));
    return model(network.graph(network.linear(mean, 12, CLASSES, true)), network.tensors);
  }

  static Shape images(int batch, int size) {
    return Shape.of(batch, 3, size, size);
  }

  static float[] numbers(Shape shape) {
    Random random = new Random(9);
    float[] numbers = new float[(int) shape.elementCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }

  static float[] run(Session session, int batch, int size) {
    Shape images = images(batch, size);
    return session.run(Tensor.of(images, numbers(images))).toFloatArray();
  }

  private static Model model(Graph graph, Map<String, Tensor> tensors) {
    Metadata metadata =
        new Metadata(
            Preprocessing.imageNet(16),
            Collections.nCopies(CLASSES, "a class"),
            new Metadata.Source("none", "0".repeat(64), "small"));
    return Model.of(new ModelFile(graph, tensors, metadata));
  }

  private static Node node(String name, Operator operator, String input) {
    return new Node(name, operator, List.of(input));
  }

  private static Tensor tensor(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, numbers(shape));
  }
}
