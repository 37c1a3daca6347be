package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Squeeze-excite and heads, with their means taken by the convolution before them, or apart. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class PooledTest {
  private static final long CAPACITY = 512L << 20;
  private static final ToLongFunction<List<Work>> MOST = work -> 100 - work.size();

  /** Of numbers with 10 bits of mantissa. */
  private static final double HALF_UNIT = 0x1p-11;

  /** By whatever a clock without sense chooses; every third time by the fewest kernels. */
  @RepeatedTest(27)
  void agreesWithTheReference(RepetitionInfo repetition) {
    long seed = 20_261_122 + repetition.getCurrentRepetition();
    Precision precision = Precision.values()[repetition.getCurrentRepetition() / 3 % 3];
    RandomGenerator random = new SplittableRandom(seed);
    PooledNetwork pooled = new PooledNetwork(random);
    Graph graph = pooled.graph();
    float[] images =
        SampleNetwork.floats(random.doubles(pooled.input.elementCount(), -1.7, 1.7).toArray());
    double[] exact = new double[images.length];
    Arrays.setAll(exact, i -> images[i]);
    Map<String, double[]> all =
        new ReferenceInterpreter(graph, pooled.network.tensors).run(pooled.input, exact);
    double[] expected = all.get(graph.outputs().getFirst());
    EmulatedDriver driver =
        repetition.getCurrentRepetition() % 3 == 0
            ? new EmulatedDriver(precision, CAPACITY)
            : new EmulatedDriver(precision, CAPACITY, seed % 2 == 0, seed);
    float[][] found = new float[1][expected.length];
    try (CudaModel model =
        new CudaModel(graph, pooled.network.tensors, driver, precision, KernelChoice.FASTEST)) {
      model.run(pooled.input, images, found);
      float[] first = found[0].clone();
      model.run(pooled.input, images, found);
      assertArrayEquals(first, found[0], "the same again");
    }
    assertEquals(0, driver.taken());
    double largest =
        all.values().stream().flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    double tolerance =
        precision == Precision.FP32
            ? pooled.network.tolerance(largest)
            : pooled.network.tolerance(largest, HALF_UNIT);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[0][i], tolerance, "seed " + seed + ", number " + i);
    }
  }

  /**
   * Each image is a thousand times as large as the one before it, so that a single pixel of the
   * next would show; neither tiles nor slices divide the map.
   */
  @ParameterizedTest
  @ValueSource(strings = {"pointwise", "depthwise", "grouped", "elementwise"})
  void averagesEachImageByItself(String producer) {
    for (boolean head : new boolean[] {true, false}) {
      for (ToLongFunction<List<Work>> clock : List.of(EmulatedDriver.FEWEST, MOST)) {
        averagesEachImageByItself(producer, head, clock);
      }
    }
  }

  private static void averagesEachImageByItself(
      String producer, boolean head, ToLongFunction<List<Work>> clock) {
    Shape input = Shape.of(3, 20, 37, 23);
    SampleNetwork network = new SampleNetwork(new Random(8), 20);
    String map =
        switch (producer) {
          case "pointwise" -> network.conv("x", 20, 20, 1, 1, 0, 1, false);
          case "depthwise" -> network.depthwise("x", 20, 20, 1, 1, 0, false);
          case "grouped" -> network.conv("x", 20, 20, 1, 1, 0, 5, false);
          default -> network.activation("x", Function.RELU);
        };
    String last =
        head
            ? network.linear(network.other(new Operator.Flatten(), network.mean(map)), 20, 7, false)
            : network.squeezeExcite(map, 20, 4);
    Graph graph = network.graph(last);
    int numbers = 20 * 37 * 23;
    Random random = new Random(9);
    float[] images = new float[3 * numbers];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) (random.nextDouble(0.5, 1) * Math.pow(1000, i / numbers - 1));
    }
    double[] exact = new double[images.length];
    Arrays.setAll(exact, i -> images[i]);
    double[] expected =
        new ReferenceInterpreter(graph, network.tensors).run(input, exact).get(last);
    float[][] found = new float[1][expected.length];
    try (CudaModel model =
        new CudaModel(graph, network.tensors, driver(clock), Precision.FP32, KernelChoice.OWN)) {
      model.run(input, images, found);
    }
    int each = expected.length / 3;
    for (int i = 0; i < expected.length; i++) {
      double tolerance = 2e-5 * Math.pow(1000, i / each - 1);
      assertEquals(expected[i], found[0][i], tolerance, producer + ", number " + i);
    }
  }

  /** A pointwise and a depthwise convolution with gates, then a head with a hidden layer. */
  private static final class Sample {
    final SampleNetwork network = new SampleNetwork(new Random(3), 12);
    final int channels;

    Sample(int channels) {
      this.channels = channels;
    }

    String gated() {
      String wide = network.conv("x", 12, channels, 1, 1, 0, 1, true);
      String first = network.squeezeExcite(wide, channels, 4);
      String each = network.depthwise(first, channels, channels, 5, 1, 2, false);
      return network.squeezeExcite(each, channels, 4);
    }

    String head(String map) {
      String last = network.conv(map, channels, 20, 1, 1, 0, 1, false);
      String mean = network.other(new Operator.Flatten(), network.mean(last));
      String hidden = network.linear(mean, 20, 30, true);
      return network.linear(network.activation(hidden, Function.HARDSWISH), 30, 10, true);
    }

    List<StepReport> steps(EmulatedDriver driver, KernelChoice choice, String... outputs) {
      Shape input = Shape.of(2, 12, 9, 9);
      Graph graph = network.graph(outputs);
      try (CudaModel model =
          new CudaModel(graph, network.tensors, driver, Precision.FP32, choice)) {
        List<StepReport> steps = model.report(input).steps();
        driver.log.clear();
        float[][] found = new float[outputs.length][2 * 81 * channels];
        model.run(input, new float[2 * 12 * 81], found);
        return steps;
      }
    }
  }

  private static EmulatedDriver driver(ToLongFunction<List<Work>> clock) {
    return new EmulatedDriver(Precision.FP32, CAPACITY, false, clock);
  }

  private static List<String> kinds(List<StepReport> steps) {
    return steps.stream().map(StepReport::kind).toList();
  }

  @Test
  void addsOneKernelForEachGate() {
    Sample sample = new Sample(70);
    EmulatedDriver driver = driver(EmulatedDriver.FEWEST);
    List<StepReport> steps = sample.steps(driver, KernelChoice.OWN, sample.head(sample.gated()));
    assertEquals(
        List.of(
            "importImages",
            "productTile",
            "exciteMap",
            "depthwiseSums",
            "exciteMap",
            "productTile",
            "denseVectors",
            "denseVectors",
            "exportValues"),
        driver.log);
    assertEquals(
        List.of(
            "input",
            "pointwise + squeeze-excite",
            "depthwise + squeeze-excite",
            "pointwise + global-average-pool + linear",
            "linear",
            "output"),
        kinds(steps));
    assertEquals("tiles with sums, layers and scale in one", steps.get(1).kernel());
    StepReport head = steps.get(3);
    assertEquals(81 * 70 * 20 + 20 * 30, head.multiplyAccumulates());
    long map = 81 * 20;
    assertEquals(4 * (81 * 70 + 70 * 20 + map + map + 20 * 30 + 30), head.bytes());
  }

  @Test
  void takesMeansApartWhereThatIsFaster() {
    Sample sample = new Sample(70);
    EmulatedDriver driver = driver(MOST);
    sample.steps(driver, KernelChoice.OWN, sample.head(sample.gated()));
    assertEquals(
        List.of(
            "importImages",
            "productTile",
            "mapSums",
            "denseVectors",
            "exciteMap",
            "depthwise",
            "mapSums",
            "denseVectors",
            "exciteMap",
            "productTile",
            "mapMean",
            "denseVectors",
            "denseVectors",
            "exportValues"),
        driver.log);
  }

  @Test
  void computesTheFirstLayerOnceWhereItIsTooWideForEveryBlock() {
    Sample sample = new Sample(2049);
    EmulatedDriver driver = driver(EmulatedDriver.FEWEST);
    List<StepReport> steps = sample.steps(driver, KernelChoice.OWN, sample.gated());
    assertEquals("tiles with sums, vectors, layer and scale", steps.get(1).kernel());
  }

  @Test
  void storesMeansThatAreReadElsewhere() {
    Sample sample = new Sample(16);
    SampleNetwork network = sample.network;
    String map = network.conv("x", 12, 16, 1, 1, 0, 1, false);
    String mean = network.mean(map);
    String logits = network.conv(mean, 16, 5, 1, 1, 0, 1, true);
    EmulatedDriver driver = driver(EmulatedDriver.FEWEST);
    List<StepReport> steps = sample.steps(driver, KernelChoice.OWN, logits, mean);
    assertEquals(
        List.of("input", "pointwise", "global-average-pool", "pointwise", "output", "output"),
        kinds(steps));
  }

  @Test
  void sumsUpInTheEpilogueOfCudnnsConvolutions() {
    Sample sample = new Sample(24);
    List<String> own = List.of("productTile", "depthwise", "depthwiseSums");
    EmulatedDriver driver =
        new EmulatedDriver(
            Precision.FP32,
            CAPACITY,
            true,
            work -> work.size() + 100 * work.stream().filter(w -> own.contains(w.name())).count());
    List<StepReport> steps = sample.steps(driver, KernelChoice.FASTEST, sample.gated());
    assertEquals(
        List.of(
            "importImages",
            "cudnnConvolution",
            "elementwiseSums",
            "exciteMap",
            "cudnnConvolution",
            "elementwiseSums",
            "exciteMap",
            "exportValues"),
        driver.log);
    assertTrue(steps.get(1).kernel().startsWith("cudnn"), steps.get(1).kernel());
  }

  @Test
  void leavesConvolutionsToCudnnWhereOnlyThatIsAllowed() {
    Sample sample = new Sample(24);
    EmulatedDriver driver = new EmulatedDriver(Precision.FP32, CAPACITY, true, 5);
    sample.steps(driver, KernelChoice.CUDNN, sample.gated());
    assertEquals(0, driver.log.stream().filter(kernel -> kernel.endsWith("Tile")).count());
    assertTrue(driver.log.contains("mapSums"), driver.log.toString());
  }
}
