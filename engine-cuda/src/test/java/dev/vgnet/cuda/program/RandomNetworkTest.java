package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.cpu.vector.RandomNetwork;
import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Drivers;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.cuda.driver.Probe;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random graphs, batches and sizes of images on the emulated device, and on a GPU if there is one.
 */
class RandomNetworkTest {
  private static final long SEED = 20_261_121;

  /** Of numbers with 10 bits of mantissa. */
  private static final double HALF_UNIT = 0x1p-11;

  private static final long CAPACITY = 1L << 30;

  @RepeatedTest(100)
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void agreesWithTheReference(RepetitionInfo repetition) {
    long seed = SEED + repetition.getCurrentRepetition();
    check(Precision.FP32, seed, emulated(seed));
  }

  @RepeatedTest(150)
  @EnabledIf("hasGpu")
  void agreesOnAGpu(RepetitionInfo repetition) {
    Precision precision =
        Precision.values()[repetition.getCurrentRepetition() % Precision.values().length];
    check(precision, SEED + repetition.getCurrentRepetition(), Drivers::open);
  }

  static boolean hasGpu() {
    return Probe.availability().available();
  }

  private static Function<Precision, Driver> emulated(long seed) {
    return precision -> new EmulatedDriver(precision, CAPACITY, false, seed);
  }

  @RepeatedTest(60)
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void agreesOnTensorCores(RepetitionInfo repetition) {
    boolean odd = repetition.getCurrentRepetition() % 2 == 1;
    long seed = SEED - repetition.getCurrentRepetition();
    check(odd ? Precision.TF32 : Precision.FP16, seed, emulated(seed));
  }

  @RepeatedTest(150)
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void agreesWithCudnn(RepetitionInfo repetition) {
    long seed = 3 * SEED + repetition.getCurrentRepetition();
    check(
        Precision.values()[repetition.getCurrentRepetition() % Precision.values().length],
        repetition.getCurrentRepetition() % 4 == 0 ? KernelChoice.FASTEST : KernelChoice.CUDNN,
        seed,
        precision -> new EmulatedDriver(precision, CAPACITY, true, seed));
  }

  @ParameterizedTest
  @EnumSource(KernelChoice.class)
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void convolvesTheChannelsOfAShuffleAsTheyLie(KernelChoice choice) {
    for (String after : List.of("pointwise", "depthwise")) {
      Random random = new Random(SEED);
      SampleNetwork network = new SampleNetwork(random, 3);
      String first = network.conv("x", 3, 32, 3, 1, 1, 1, false);
      String shuffled = network.other(new Operator.ChannelShuffle(2), first);
      String each = network.depthwise(shuffled, 32, 32, 3, 1, 1, true);
      String last =
          after.equals("pointwise")
              ? network.conv(each, 32, 24, 1, 1, 0, 1, true)
              : network.depthwise(each, 32, 32, 3, 2, 1, true);
      Shape input = Shape.of(2, 3, 9, 11);
      Driver driver = new EmulatedDriver(Precision.FP32, CAPACITY, true, SEED);
      check(Precision.FP32, driver, choice, network, network.graph(last), random, input);
    }
  }

  static void check(Precision precision, long seed, Function<Precision, Driver> device) {
    check(precision, KernelChoice.FASTEST, seed, device);
  }

  private static void check(
      Precision precision, KernelChoice choice, long seed, Function<Precision, Driver> device) {
    Random random = new Random(seed);
    RandomNetwork sample = new RandomNetwork(random, random.nextInt(1, 12));
    Graph graph = sample.graph();
    Shape input = Shape.of(random.nextInt(1, 6), sample.inputChannels, sample.height, sample.width);
    try {
      check(
          precision,
          device.apply(precision),
          choice,
          sample.network,
          graph,
          random,
          input,
          sample.otherInput(graph),
          input);
    } catch (Throwable e) {
      String plan =
          PlanText.of(
              Planner.plan(
                  graph, Tensor.shapes(sample.network.tensors), sample.height, sample.width));
      throw new AssertionError(
          "%s, seed %d, input %s%n%s".formatted(precision, seed, input, plan), e);
    }
  }

  private static void check(
      Precision precision,
      Driver driver,
      KernelChoice choice,
      SampleNetwork network,
      Graph graph,
      Random random,
      Shape... inputs) {
    try (CudaModel model = new CudaModel(graph, network.tensors, driver, precision, choice)) {
      for (Shape input : inputs) {
        run(model, precision, network, graph, random, input);
      }
    }
  }

  private static void run(
      CudaModel model,
      Precision precision,
      SampleNetwork network,
      Graph graph,
      Random random,
      Shape input) {
    float[] images =
        SampleNetwork.floats(random.doubles(input.elementCount(), -1.7, 1.7).toArray());
    double[] exact = new double[images.length];
    Arrays.setAll(exact, i -> images[i]);
    Map<String, double[]> expected =
        new ReferenceInterpreter(graph, network.tensors).run(input, exact);
    List<String> names = graph.outputs();
    float[][] outputs = new float[names.size()][];
    Arrays.setAll(outputs, i -> new float[expected.get(names.get(i)).length]);
    model.run(input, images, outputs);
    double largest =
        expected.values().stream()
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .max()
            .orElseThrow();
    double tolerance =
        precision == Precision.FP32
            ? network.tolerance(largest)
            : network.tolerance(largest, HALF_UNIT);
    for (int i = 0; i < outputs.length; i++) {
      double[] values = expected.get(names.get(i));
      assertEquals(values.length, outputs[i].length);
      for (int k = 0; k < values.length; k++) {
        double error = Math.abs(values[k] - outputs[i][k]);
        assertTrue(
            error <= tolerance,
            "%s of %s: number %d: expected %s, found %s"
                .formatted(names.get(i), input, k, values[k], outputs[i][k]));
      }
    }
  }
}
