package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.cpu.vector.RandomNetwork;
import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.graph.Graph;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.condition.EnabledIf;

/** Random graphs and batches on the emulated device against the reference. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class RandomNetworkTest {
  private static final long SEED = 20_261_121;
  private static final long CAPACITY = 1L << 30;

  @RepeatedTest(100)
  void agreesWithTheReference(RepetitionInfo repetition) {
    long seed = SEED + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    RandomNetwork sample = new RandomNetwork(random, random.nextInt(1, 12));
    Graph graph = sample.graph();
    Shape input = Shape.of(random.nextInt(1, 6), sample.inputChannels, sample.height, sample.width);
    try {
      check(sample.network, graph, input, random);
    } catch (Throwable e) {
      String plan =
          PlanText.of(
              Planner.plan(
                  graph, Tensor.shapes(sample.network.tensors), sample.height, sample.width));
      throw new AssertionError("seed %d, input %s%n%s".formatted(seed, input, plan), e);
    }
  }

  private static void check(SampleNetwork network, Graph graph, Shape input, Random random) {
    float[] images =
        SampleNetwork.floats(random.doubles(input.elementCount(), -1.7, 1.7).toArray());
    double[] exact = new double[images.length];
    Arrays.setAll(exact, i -> images[i]);
    Map<String, double[]> expected =
        new ReferenceInterpreter(graph, network.tensors).run(input, exact);
    List<String> names = graph.outputs();
    float[][] outputs = new float[names.size()][];
    Arrays.setAll(outputs, i -> new float[expected.get(names.get(i)).length]);
    EmulatedDriver driver = new EmulatedDriver(Precision.FP32, CAPACITY);
    try (CudaModel model = new CudaModel(graph, network.tensors, driver, Precision.FP32)) {
      model.run(input, images, outputs);
    }
    double largest =
        expected.values().stream()
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .max()
            .orElseThrow();
    double tolerance = network.tolerance(largest);
    for (int i = 0; i < outputs.length; i++) {
      double[] values = expected.get(names.get(i));
      assertEquals(values.length, outputs[i].length);
      for (int k = 0; k < values.length; k++) {
        double error = Math.abs(values[k] - outputs[i][k]);
        assertTrue(
            error <= tolerance,
            "%s: number %d: expected %s, found %s"
                .formatted(names.get(i), k, values[k], outputs[i][k]));
      }
    }
  }
}
