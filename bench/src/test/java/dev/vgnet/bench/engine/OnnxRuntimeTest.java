package dev.vgnet.bench.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime as a witness: what it computes from the exported model is what this engine does. */
class OnnxRuntimeTest {
  private static final long SEED = 7;
  private static final int CIFAR_SIZE = 32;

  private static final Map<String, Model> SAMPLES = new OperatorSamples(SEED).models();

  static Set<String> samples() {
    return SAMPLES.keySet();
  }

  @Test
  void itsVersionIsTheLibrarys() throws IOException {
    assertEquals(OrtEnvironment.getEnvironment().getVersion(), Versions.onnxRuntime());
  }

  @Test
  void samplesUseEveryOperator() {
    Set<Class<?>> used = new HashSet<>();
    for (Model model : SAMPLES.values()) {
      model.graph().nodes().forEach(node -> used.add(node.operator().getClass()));
    }
    assertEquals(Set.of(Operator.class.getPermittedSubclasses()), used);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void agreesOnEveryOperator(String name) throws IOException, OrtException {
    int channels = OperatorSamples.CHANNELS;
    int size = OperatorSamples.SIZE;
    List<Shape> inputs =
        name.equals("head of one size")
            ? List.of(Shape.of(1, channels, size, size), Shape.of(3, channels, size, size))
            : List.of(Shape.of(1, channels, size, size), Shape.of(3, channels, 9, 17));
    assertAgree(SAMPLES.get(name), inputs);
  }

  /** One or more of every family, or all that there are with {@code -Dvgnet.onnx=all}. */
  static List<String> networks() {
    return System.getProperty("vgnet.onnx", "").equals("all")
        ? Zoo.architectures().stream().map(ArchitectureInfo::name).toList()
        : List.of(
            "vgnetg_1_0mp",
            "vgnetg_1_0mp_se",
            "vgnetc_1_5mp",
            "vgnetf1_1_5mp",
            "vgnetf2_1_5mp",
            "vgnetg_5_0mp",
            "shufflenet_v2_x1_0",
            "regnet_x_400mf_w384",
            "regnet_y_400mf",
            "efficientnet_b0",
            "ghostnet_x1_0",
            "mnasnet1_0",
            "mnasnet_a1",
            "mobilenet_v1_x0_5",
            "mobilenetv1_w1d4_bsconvu",
            "cifar_mobilenetv1_w1d4_bsconvu",
            "mobilenet_v2_x0_5",
            "mobilenetv2_w1d4_bsconvs_p1d6",
            "mobilenet_v3_small",
            "mobilenet_v3_large_x0_75",
            "mobilenetv3_small_w7d20_bsconvs_p1d6",
            "cifar_mobilenetv3_large_w7d20_bsconvs_p1d6",
            "resnet10",
            "resnet18_bsconvs_p1d4",
            "preresnet10_bsconvu_bn",
            "cifar_resnet20",
            "cifar_wrn16_2_bsconvu",
            "vgg16_bn_gap",
            "vgg16_bn_gap_bsconvu",
            "densenet121",
            "densenet121_bsconvu",
            "xception",
            "xception_bsconvu",
            "xception_bsconvu_reversed");
  }

  @ParameterizedTest
  @MethodSource("networks")
  void agreesOnNetworks(String architecture) throws IOException, OrtException {
    ImportOptions options = ImportOptions.of(architecture);
    Model model =
        Model.of(
            Zoo.importStateDict(Zoo.randomStateDict(architecture, SEED), "random", "", options)
                .file());
    boolean small = model.metadata().preprocessing().crop() == CIFAR_SIZE;
    Shape one = small ? Shape.of(1, 3, CIFAR_SIZE, 33) : Shape.of(1, 3, 75, 97);
    assertAgree(model, List.of(one, Shape.of(3, 3, 64, 32)));
  }

  private static void assertAgree(Model model, List<Shape> inputs)
      throws IOException, OrtException {
    SessionOptions options = SessionOptions.builder().backend("vector").threads(2).build();
    try (Session session = model.newSession(options);
        OnnxRuntime peer = new OnnxRuntime(model, 2, Map.of())) {
      for (Shape input : inputs) {
        float[] images = images(input);
        float[] ours = session.run(Tensor.of(input, images)).toFloatArray();
        float[] theirs = theirs(peer, input, session.outputShape(input), images);
        double tolerance = tolerance(model, input, theirs);
        for (int i = 0; i < ours.length; i++) {
          assertEquals(theirs[i], ours[i], tolerance, "number %d of %s".formatted(i, input));
        }
      }
    }
  }

  private static float[] theirs(OnnxRuntime peer, Shape input, Shape output, float[] images)
      throws OrtException {
    try (OnnxRuntime.Call call = peer.call(input, output)) {
      call.setImages(images);
      call.run();
      return call.values();
    }
  }

  /**
   * How far two float32 results may be apart. An operation's error is at most half a unit in the
   * last place of its result and passes through the rest of the network as the result does; the
   * errors are independent, so that together they grow with the root of their number (a product
   * each, a few for other operators). Six standard deviations, on both sides.
   */
  private static double tolerance(Model model, Shape input, float[] results) {
    double largest = 0;
    for (float result : results) {
      largest = Math.max(largest, Math.abs(result));
    }
    long operations = 0;
    for (Node node : model.graph().nodes()) {
      operations += 8 + products(node, model.tensors(), input);
    }
    return 6 * Math.sqrt(operations) * Math.ulp(1f) * largest;
  }

  private static long products(Node node, Map<String, Tensor> tensors, Shape input) {
    return switch (node.operator()) {
      case Operator.Conv2d op -> kernel(tensors.get(op.weight()));
      case Operator.DepthwiseConv2d op -> kernel(tensors.get(op.weight()));
      case Operator.Linear op -> kernel(tensors.get(op.weight()));
      case Operator.GlobalAveragePool _ -> (long) input.extent(2) * input.extent(3);
      default -> 0;
    };
  }

  private static long kernel(Tensor weight) {
    return weight.shape().elementCount() / weight.shape().extent(0);
  }

  private static float[] images(Shape shape) {
    Random random = new Random(SEED);
    float[] images = new float[(int) shape.elementCount()];
    for (int i = 0; i < images.length; i++) {
      images[i] = 4 * random.nextFloat() - 2;
    }
    return images;
  }
}
