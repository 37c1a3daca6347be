package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.vector.pass.PoolPass;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.Window;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Step;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of step over sizes that fit no vector and no tile, on one thread and on several. */
class OperatorTest {
  private static final long SEED = 1;

  private final RandomGenerator random = new Random(SEED);

  private static Shape[] images(int channels) {
    return new Shape[] {
      Shape.of(2, channels, 5, 7), Shape.of(4, channels, 1, 1), Shape.of(1, channels, 33, 17)
    };
  }

  private void check(SampleNetwork network, String output, Shape... inputs) {
    Check.sizes(network, network.graph(output), random, 1, inputs[0]);
    Check.sizes(network, network.graph(output), random, 3, inputs);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 13, 28, 36, 56, 100, 184, 207})
  void pointwiseOfTwoSegments(int channels) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String a = net.activation(net.pointwise("x", 3, channels), Function.RELU);
    String b = net.conv("x", 3, channels, 3, 1, 1, 1, true);
    String both = net.concat(a, net.depthwise(b, channels, channels, 3, 1, 1, false));
    String pointwise = net.pointwise(both, 2 * channels, channels);
    String act = net.activation(pointwise, Function.RELU);
    check(net, net.norm(act, channels), images(3));
  }

  /** A pixel of what is put together has more channels than any row of a map has numbers. */
  @ParameterizedTest
  @CsvSource({"12, true", "70, false"})
  void convolutionOfManyNarrowMaps(int parts, boolean normalised) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String[] maps = new String[parts];
    Arrays.setAll(maps, _ -> net.pointwise("x", 3, 12));
    String all = net.concat(maps);
    String read = normalised ? net.activation(net.norm(all, 12 * parts), Function.RELU) : all;
    check(net, net.conv(read, 12 * parts, 12, 3, 1, 1, 1, true), Shape.of(2, 3, 12, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 28, 100})
  void pointwiseOfNormalisedSegments(int channels) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String a = net.pointwise("x", 3, channels);
    String b = net.norm(net.depthwise(a, channels, channels, 3, 1, 1, true), channels);
    String both = net.concat(a, b);
    String plain = net.conv(both, 2 * channels, channels, 1, 1, 0, 1, true);
    String sliced = net.slice(b, channels / 2, channels);
    String normalised = net.norm(net.pointwise(sliced, channels - channels / 2, 7), 7);
    check(net, net.concat(plain, normalised), images(3));
  }

  /** Of the image and of a feature map. */
  @ParameterizedTest
  @CsvSource({
    "3, 28, 3, 2, 1, 1",
    "3, 32, 3, 2, 1, 1",
    "1, 64, 3, 1, 2, 1",
    "7, 13, 3, 3, 0, 1",
    "3, 64, 7, 2, 3, 1",
    "3, 13, 11, 4, 2, 1",
    "13, 36, 1, 2, 0, 1",
    "16, 48, 5, 1, 2, 1",
    "100, 33, 3, 1, 1, 1",
    "36, 36, 3, 2, 1, 4",
    "32, 32, 3, 2, 1, 4",
    "15, 96, 5, 1, 2, 3",
    "48, 48, 3, 1, 1, 6",
    "52, 104, 3, 2, 1, 13",
    "36, 72, 3, 2, 1, 3",
    "128, 192, 3, 1, 1, 2",
    "35, 70, 5, 2, 2, 5",
    "8, 8, 2, 1, 2, 8",
    "48, 48, 3, 1, 1, 3",
    "26, 64, 3, 1, 0, 2",
    "64, 64, 3, 2, 1, 4",
    "72, 72, 3, 2, 1, 3",
    "80, 40, 3, 2, 1, 5",
    "16, 16, 3, 1, 1, 1",
    "28, 100, 3, 1, 0, 1",
    "207, 56, 3, 1, 2, 1"
  })
  void convolution(int in, int out, int kernel, int stride, int padding, int groups) {
    SampleNetwork net = new SampleNetwork(random, in);
    for (String input : List.of("x", net.pointwise("x", in, in))) {
      String conv = net.conv(input, in, out, kernel, stride, padding, groups, true);
      check(
          net,
          net.activation(net.norm(conv, out), Function.RELU6),
          Shape.of(2, in, 12, 17),
          Shape.of(1, in, 33, 11),
          Shape.of(3, in, 11, 11));
    }
  }

  /** Those that are transformed, of inputs in parts, with all that may follow. */
  @ParameterizedTest
  @CsvSource({"36, 1, 28", "13, 50, 36", "64, 64, 100"})
  void convolutionOfSegmentsWithAResidual(int a, int b, int out) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String wide = net.pointwise("x", 3, 70);
    String joined = net.concat(net.slice(wide, 3, 3 + a), net.slice(wide, 1, 1 + b));
    String conv = net.norm(net.conv(joined, a + b, out, 3, 1, 1, 1, true), out);
    String sum = net.sum(net.activation(conv, Function.RELU), net.pointwise("x", 3, out));
    String strided = net.conv(net.concat(sum, joined), out + a + b, out, 1, 2, 0, 1, true);
    String output = net.activation(strided, Function.RELU);
    check(net, output, images(3));
    check(net, output, Shape.of(2, 3, 7, 7), Shape.of(1, 3, 10, 5), Shape.of(1, 3, 2, 1));
  }

  /** Large tiles where pixels are many or weights are few. */
  @ParameterizedTest
  @CsvSource({"64, 8, winograd 4x4", "192, 8, winograd 2x2", "96, 14, winograd 4x4", "8, 14, tile"})
  void tilesOfTransformedConvolutions(int channels, int size, String kernel) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String wide = net.pointwise("x", 3, channels);
    Graph graph = net.graph(net.conv(wide, channels, channels, 3, 1, 1, 1, true));
    try (CompiledModel model = Check.compile(net, graph, 1)) {
      List<String> kernels =
          model.report(Shape.of(1, 3, size, size)).steps().stream()
              .filter(step -> step.kind().equals("convolution"))
              .map(StepReport::kernel)
              .toList();
      assertTrue(kernels.getFirst().startsWith(kernel), kernels::toString);
    }
  }

  /** Those whose windows are written out, of inputs in parts, with all that may follow. */
  @ParameterizedTest
  @CsvSource({
    "36, 1, 64, 3, 2, 1",
    "13, 50, 100, 3, 2, 0",
    "28, 20, 65, 5, 1, 2",
    "5, 3, 70, 2, 1, 4",
    "64, 7, 128, 7, 3, 3"
  })
  void convolutionOfASmallMap(int a, int b, int out, int kernel, int stride, int padding) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String wide = net.pointwise("x", 3, 70);
    String joined = net.concat(net.slice(wide, 3, 3 + a), net.slice(wide, 1, 1 + b));
    String conv = net.norm(net.conv(joined, a + b, out, kernel, stride, padding, 1, true), out);
    String same = net.conv("x", 3, out, kernel, stride, padding, 1, true);
    String sum = net.activation(net.sum(conv, same), Function.RELU);
    String again = net.norm(net.activation(sum, Function.SILU), out);
    check(
        net,
        net.conv(again, out, 64, 3, 2, 1, 1, true),
        Shape.of(2, 3, 12, 17),
        Shape.of(1, 3, 33, 11),
        Shape.of(3, 3, 7, 7));
  }

  /** Bit for bit, whoever computes which rows, pixels and channels. */
  @ParameterizedTest
  @CsvSource({"37, 29", "15, 13"})
  void convolutionsDoNotDependOnThreads(int height, int width) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String stem = net.activation(net.conv("x", 3, 36, 3, 2, 1, 1, true), Function.RELU);
    String grouped = net.conv(stem, 36, 96, 3, 1, 1, 6, true);
    String few = net.conv(grouped, 96, 96, 3, 1, 1, 6, true); // transformed, too
    String transformed = net.conv(few, 96, 96, 3, 1, 1, 1, true);
    Graph graph = net.graph(net.conv(transformed, 96, 80, 3, 2, 1, 1, true));
    Shape input = Shape.of(1, 3, height, width);
    float[] images = Check.images(random, input);
    float[][] expected = null;
    for (int threads = 1; threads <= 5; threads++) {
      float[][] actual = {new float[80 * Math.ceilDiv(height, 4) * Math.ceilDiv(width, 4)]};
      try (CompiledModel model = Check.compile(net, graph, threads)) {
        model.run(input, images, actual);
      }
      expected = expected == null ? actual : expected;
      assertArrayEquals(expected[0], actual[0], threads + " threads");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "28, 28, 3, 2, 1",
    "36, 1, 3, 2, 1",
    "184, 23, 3, 1, 1",
    "207, 207, 5, 2, 2",
    "7, 7, 7, 1, 3",
    "13, 13, 3, 1, 0",
    "5, 5, 9, 1, 4",
    "20, 20, 3, 1, 3"
  })
  void depthwise(int channels, int kernels, int kernel, int stride, int padding) {
    SampleNetwork net = new SampleNetwork(random, channels);
    String conv = net.depthwise("x", channels, kernels, kernel, stride, padding, true);
    String act = net.activation(net.norm(conv, channels), Function.SILU);
    String sum = net.sum(act, net.pointwise(conv, channels, channels));
    check(
        net,
        sum,
        Shape.of(2, channels, 9, 15),
        Shape.of(1, channels, 33, 17),
        Shape.of(3, channels, 12, 9));
  }

  /** Of the image, of a feature map in one piece and of one in several. */
  @ParameterizedTest
  @CsvSource({
    "3, 28, 3, 2, 1, 1",
    "13, 36, 1, 1, 0, 1",
    "24, 24, 3, 1, 1, 6",
    "27, 48, 3, 2, 1, 3",
    "64, 33, 1, 1, 0, 1"
  })
  void normsBeforeAConvolution(int in, int out, int kernel, int stride, int padding, int groups) {
    SampleNetwork net = new SampleNetwork(random, in);
    String image = net.conv(net.norm("x", in), in, out, kernel, stride, padding, groups, true);
    String map = net.pointwise("x", in, in);
    String joined = net.concat(net.slice(map, 1, in), "x", net.slice(map, 0, 1), map);
    int channels = 3 * in;
    String normal = net.activation(net.norm(joined, channels), Function.RELU);
    String conv = net.conv(normal, channels, out, kernel, stride, padding, groups, false);
    String active = net.activation("x", Function.SILU);
    String last = net.conv(active, in, out, kernel, stride, padding, groups, true);
    for (String output : List.of(image, conv, last)) {
      check(net, output, images(in));
    }
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void activationsBeforeAndAfterANorm(Function function) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String conv = net.conv("x", 3, 20, 3, 1, 1, 1, false);
    String act = net.activation(net.norm(net.activation(conv, function), 20), function);
    String other = net.activation(net.norm(act, 20), function);
    check(net, net.norm(net.activation(net.sum(other, conv), function), 20), images(3));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 28, 72, 100})
  void squeezeExciteInPlaceAndNot(int channels) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String first = net.squeezeExcite(net.pointwise("x", 3, channels), channels, 8);
    String second = net.squeezeExcite(first, channels, 13);
    check(net, net.sum(first, second), images(3));
  }

  @Test
  void squeezeExciteWhoseLayersShareAWeight() {
    SampleNetwork net = new SampleNetwork(random, 3);
    String x = net.pointwise("x", 3, 12);
    String reduced = net.conv(net.mean(x), 12, 12, 1, 1, 0, 1, true);
    String expanded = net.sharing(reduced, net.activation(reduced, Function.RELU), 12);
    check(net, net.product(x, net.activation(expanded, Function.SIGMOID)), images(3));
  }

  @Test
  void stridesFarBeyondTheMap() {
    SampleNetwork net = new SampleNetwork(random, 3);
    int stride = 1 << 30;
    String wide = net.pointwise("x", 3, 12);
    for (String output :
        List.of(
            net.depthwise(wide, 12, 12, 1, stride, 0, false),
            net.depthwise(wide, 12, 12, 3, stride, 1, false),
            net.conv(wide, 12, 5, 1, stride, 0, 1, true),
            net.conv(wide, 12, 8, 3, stride, 1, 4, true),
            net.other(new Operator.MaxPool(3, stride, 1), wide),
            net.other(new Operator.AveragePool(2, stride), wide))) {
      check(net, output, Shape.of(1, 3, 3, 11));
    }
  }

  @Test
  void segmentsCutAnywhere() {
    SampleNetwork net = new SampleNetwork(random, 3);
    String a = net.pointwise("x", 3, 36);
    String b = net.pointwise("x", 3, 50);
    String c = net.pointwise("x", 3, 7);
    String cut = net.concat(net.slice(b, 5, 41), net.slice(a, 1, 30), c, net.slice(b, 41, 50));
    int channels = 36 + 29 + 7 + 9;
    String blurred = net.depthwise(cut, channels, 1, 3, 2, 1, false);
    String pooled = net.other(new Operator.MaxPool(3, 2, 1), cut);
    String sum = net.sum(net.norm(net.pointwise(blurred, channels, channels), channels), pooled);
    String overlapping = net.slice(net.concat(net.slice(sum, 0, 2), pooled), 0, channels);
    String product = net.product(sum, overlapping);
    check(net, net.concat(product, net.slice(pooled, 3, 40)), images(3));
  }

  @Test
  void aValueInVeryManyParts() {
    SampleNetwork net = new SampleNetwork(random, 3);
    String wide = net.pointwise("x", 3, 90);
    String[] single = new String[90];
    Arrays.setAll(single, c -> net.slice(wide, 89 - c, 90 - c));
    String reversed = net.concat(single);
    String mixed = net.sum(net.pointwise(reversed, 90, 90), reversed);
    String mean = net.other(new Operator.Flatten(), net.mean(reversed));
    for (String output : List.of(mixed, net.linear(mean, 90, 5, false))) {
      check(net, output, images(3));
    }
  }

  @Test
  void headsOverMapsOfOneAndOfManyPixels() {
    SampleNetwork net = new SampleNetwork(random, 5);
    String conv = net.pointwise("x", 5, 19);
    String wide = net.linear(net.other(new Operator.Flatten(), conv), 19 * 6, 100, true);
    String act = net.activation(wide, Function.RELU);
    check(net, net.linear(act, 100, 7, false), Shape.of(4, 5, 2, 3));

    SampleNetwork pooled = new SampleNetwork(random, 5);
    String mean = pooled.mean(pooled.concat("x", pooled.pointwise("x", 5, 44)));
    String head = pooled.linear(pooled.other(new Operator.Flatten(), mean), 49, 1000, true);
    check(pooled, head, images(5));
  }

  /** What is packed for a step belongs to it alone, whatever the steps are called. */
  @Test
  void namesThatLookAlike() {
    SampleNetwork net = new SampleNetwork(random, 16);
    String excited = net.squeezeExcite("x", 16, 16);
    String first = net.pointwise(excited, 16, 16);
    String second = net.pointwise(first, 16, 16);
    Map<String, String> names = Map.of(first, excited + " reduce", second, excited + " expand");
    List<Node> nodes =
        net.graph(second).nodes().stream()
            .map(
                node ->
                    new Node(
                        names.getOrDefault(node.name(), node.name()),
                        node.operator(),
                        node.inputs().stream().map(x -> names.getOrDefault(x, x)).toList()))
            .toList();
    Graph graph = new Graph("x", 16, nodes, List.of(names.get(second)));
    Check.sizes(net, graph, random, 2, images(16));
  }

  @Test
  void windowsMuchLargerThanTheMap() {
    SampleNetwork net = new SampleNetwork(random, 3);
    String max = net.other(new Operator.MaxPool(256, 1, 128), net.pointwise("x", 3, 20));
    check(net, max, Shape.of(2, 3, 5, 4), Shape.of(4, 3, 1, 1));

    View map = new View(5, 4, List.of(new View.Part(0, 16, 3)));
    View output = new View(6, 5, List.of(new View.Part(1000, 16, 3)));
    Window window = new Window(1 << 30, 1, 1 << 29);
    assertEquals(5, new PoolPass(Step.Pool.Kind.MAX, map, output, window).offsets());
  }

  @ParameterizedTest
  @CsvSource({"20, 7", "13, 3", "36, 5", "8, 1", "512, 7"})
  void meansOfCells(int channels, int size) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String map = net.concat("x", net.pointwise("x", 3, channels - 3));
    String pool = net.other(new Operator.AdaptiveAveragePool(size), map);
    check(net, pool, Shape.of(2, 3, 5, 7), Shape.of(4, 3, 1, 1), Shape.of(1, 3, size, size));
  }

  /** Where cells are single pixels, too, nothing that is kept from one size to another differs. */
  @ParameterizedTest
  @CsvSource({"7, 9", "9, 7"})
  void readersOfMeansOfCells(int first, int second) {
    Shape[] sizes = {Shape.of(1, 3, first, first), Shape.of(1, 3, second, second)};
    SampleNetwork net = new SampleNetwork(random, 3);
    String map = net.norm(net.depthwise(net.pointwise("x", 3, 16), 16, 16, 3, 1, 1, false), 16);
    String direct = net.mean(net.pointwise(map, 16, 8));
    String pool = net.other(new Operator.AdaptiveAveragePool(7), map);
    check(net, net.sum(direct, net.mean(net.pointwise(pool, 16, 8))), sizes);
    String shuffled = net.other(new Operator.ChannelShuffle(2), map);
    String cells = net.other(new Operator.AdaptiveAveragePool(7), shuffled);
    for (int kernel : List.of(1, 3, 9)) {
      check(net, net.depthwise(cells, 16, 16, kernel, 1, kernel / 2, true), sizes);
    }
  }

  @ParameterizedTest
  @CsvSource({"116, 2", "20, 4", "7, 7", "9, 1"})
  void shuffles(int channels, int groups) {
    SampleNetwork net = new SampleNetwork(random, 3);
    String a = net.pointwise("x", 3, channels - 3);
    String joined = net.concat(net.slice("x", 0, 3), a);
    String shuffled = net.other(new Operator.ChannelShuffle(groups), joined);
    check(net, shuffled, images(3));
    check(net, net.depthwise(shuffled, channels, channels, 3, 2, 1, true), images(3));
    check(net, net.sum(net.pointwise(shuffled, channels, channels), shuffled), images(3));
    String flat = net.other(new Operator.Flatten(), net.mean(shuffled));
    check(net, net.linear(flat, channels, 9, true), images(3));
  }

  /** As in ShuffleNetV2: channels that pass through several shuffles, cut in halves in between. */
  @ParameterizedTest
  @ValueSource(ints = {20, 58, 116})
  void shufflesOfShuffles(int channels) {
    SampleNetwork net = new SampleNetwork(random, 3);
    int half = channels / 2;
    String x = net.pointwise("x", 3, channels);
    for (int i = 0; i < 5; i++) {
      String computed = net.pointwise(net.slice(x, half, channels), half, half);
      x = net.other(new Operator.ChannelShuffle(2), net.concat(net.slice(x, 0, half), computed));
    }
    check(net, net.pointwise(x, channels, 33), images(3));
    check(net, net.squeezeExcite(x, channels, 8), images(3));
  }

  @Test
  void theImageItselfIsReadByOtherStepsToo() {
    SampleNetwork net = new SampleNetwork(random, 4);
    String stem = net.conv("x", 4, 9, 3, 1, 1, 1, false);
    String blur = net.depthwise("x", 4, 4, 3, 1, 1, false);
    String joined = net.concat("x", net.slice(stem, 0, 4), blur);
    String half = net.conv(net.slice("x", 1, 3), 2, 12, 3, 1, 1, 1, false);
    check(net, net.sum(net.pointwise(joined, 12, 12), half), images(4));
  }
}
