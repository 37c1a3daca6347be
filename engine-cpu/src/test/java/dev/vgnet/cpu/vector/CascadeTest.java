package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Maps that are larger than a cache, of which only rows are kept. */
class CascadeTest {
  private final RandomGenerator random = new Random(1);

  private final SampleNetwork net = new SampleNetwork(random, 3);

  private static List<String> kinds(CompiledModel model, Shape input) {
    return model.report(input).steps().stream().map(StepReport::kind).toList();
  }

  private void check(Graph graph, Shape input, String... kinds) {
    for (int threads : new int[] {1, 2}) {
      try (CompiledModel model = Check.compile(net, graph, threads)) {
        assertEquals(List.of(kinds), kinds(model, input));
        Check.run(model, net, graph, random, input);
      }
    }
  }

  private String relu(String input) {
    return net.activation(input, Function.RELU);
  }

  private String depthwise(String input, int channels, int kernel, int stride, int padding) {
    return net.depthwise(input, channels, channels, kernel, stride, padding, true);
  }

  /** As in VGG-16 with BSConv-U: everything up to a pool. */
  @ParameterizedTest
  @CsvSource({"3, 1, 2, 2, 0", "5, 2, 3, 2, 1", "4, 0, 3, 3, 0", "7, 3, 5, 1, 2"})
  void pointwiseAndDepthwiseUpToAPool(
      int kernel, int padding, int pool, int poolStride, int poolPadding) {
    String a = relu(depthwise(net.pointwise("x", 3, 36), 36, kernel, 1, padding));
    String b = relu(depthwise(net.pointwise(a, 36, 28), 28, kernel, 1, padding));
    check(
        net.graph(net.other(new Operator.MaxPool(pool, poolStride, poolPadding), b)),
        Shape.of(3, 3, 269, 47),
        "input",
        "pointwise + depthwise + pointwise + depthwise + max-pool",
        "output");
  }

  /** As in MobileNetV1, with norms that no weights can take and a residual. */
  @Test
  void stridedDepthwiseWithAResidual() {
    String residual = net.conv("x", 3, 48, 1, 2, 0, 1, false);
    String stem = net.norm(relu(net.conv("x", 3, 25, 3, 1, 1, 1, true)), 25);
    String a = net.norm(relu(depthwise(stem, 25, 3, 1, 1)), 25);
    String wide = net.activation(net.pointwise(a, 25, 48), Function.SILU);
    String small = depthwise(wide, 48, 3, 2, 1);
    check(
        net.graph(relu(net.sum(small, residual))),
        Shape.of(2, 3, 99, 110),
        "convolution",
        "convolution + depthwise + pointwise + depthwise",
        "output");
  }

  /** As in ResNets: the first convolution, of an image with a norm of its own or not. */
  @ParameterizedTest
  @CsvSource({
    "3, 2, 1, true",
    "7, 2, 3, false",
    "1, 3, 0, true",
    "2, 3, 2, true",
    "5, 1, 4, false"
  })
  void convolutionOfTheImageAndAPool(int kernel, int stride, int padding, boolean withNorm) {
    String image = withNorm ? relu(net.norm("x", 3)) : "x";
    String stem = relu(net.conv(image, 3, 64, kernel, stride, padding, 1, true));
    check(
        net.graph(net.other(new Operator.MaxPool(3, 2, 1), stem)),
        Shape.of(3, 3, 211, 190),
        "convolution + max-pool",
        "output");
  }

  /** Two convolutions read the image, and keep rows of their own. */
  @Test
  void twoConvolutionsOfTheImage() {
    String a = depthwise(net.conv("x", 3, 36, 3, 1, 1, 1, true), 36, 3, 1, 1);
    String b = depthwise(net.conv("x", 3, 36, 5, 1, 2, 1, false), 36, 3, 1, 1);
    check(
        net.graph(net.sum(a, b)),
        Shape.of(2, 3, 99, 110),
        "convolution + depthwise",
        "convolution + depthwise",
        "output");
  }

  @Test
  void pointwiseAndMean() {
    String stem = relu(net.conv("x", 3, 64, 7, 2, 3, 1, true));
    String mean = net.other(new Operator.AveragePool(2, 1), net.pointwise(stem, 64, 40));
    check(
        net.graph(net.other(new Operator.MaxPool(3, 2, 1), mean)),
        Shape.of(1, 3, 210, 190),
        "convolution + pointwise + average-pool",
        "max-pool",
        "output");
  }

  /** What somebody else reads is stored as a whole, and so are small maps. */
  @Test
  void mapsThatOthersReadStayWhole() {
    String a = net.pointwise("x", 3, 32);
    String b = depthwise(a, 32, 3, 1, 1);
    String sum = net.sum(net.pointwise(b, 32, 32), a);
    check(
        net.graph(sum, b),
        Shape.of(1, 3, 100, 100),
        "input",
        "pointwise",
        "depthwise",
        "pointwise",
        "output",
        "output");
    Graph chain = net.graph(depthwise(net.pointwise("x", 3, 32), 32, 3, 1, 1));
    check(chain, Shape.of(1, 3, 50, 50), "input", "pointwise", "depthwise", "output");
  }
}
