package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.model.ModelFile;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every published network, from state dict to logits, against PyTorch in float64, and its size to
 * the unit. The Vector backend computes the logits of all; they depend on every value inside. What
 * is inside is compared, too, where that takes little time: the reference does about 200 million
 * products a second.
 */
@Execution(ExecutionMode.CONCURRENT)
class GoldenTest {
  /**
   * Relative to a value's root mean square. A float64 rounds by 2^-53; a value is the end of at
   * most 2^7 layers that each sum up at most 2^11 products: 2^-35, or 3e-11, if all errors add up.
   */
  private static final double TOLERANCE = 1e-10;

  private static final long MOST_PRODUCTS = 200_000_000;
  private static final long MOST_PRODUCTS_OF_VGNETS = 400_000_000;
  private static final long MOST_PRODUCTS_BETWEEN = 50_000_000;

  private static final long LARGE = 50_000_000;

  /** Held for networks of so many parameters that two of them do not fit into the heap. */
  private static final Lock LARGE_ONES = new ReentrantLock();

  private static final NetworksPage PAGE = new NetworksPage();

  static List<String> cases() {
    return GoldenCase.names();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithPyTorch(String name) {
    GoldenCase golden = GoldenCase.load(name);
    if (golden.learnableParameters() < LARGE) {
      check(name, golden);
      return;
    }
    LARGE_ONES.lock();
    try {
      check(name, golden);
    } finally {
      LARGE_ONES.unlock();
    }
  }

  private static void check(String name, GoldenCase golden) {
    ImportedModel model = GoldenCases.imported(name, golden);
    assertEquals(GoldenCases.architecture(name), model.architecture());
    ModelFile file = model.file();
    checkCounts(golden, file);
    long most = GoldenCases.isVgNet(name) ? MOST_PRODUCTS_OF_VGNETS : MOST_PRODUCTS;
    PAGE.add(
        model.architecture(),
        checkBackend(name, golden, file),
        products(golden) <= most
            ? OptionalDouble.of(checkReference(name, golden, file))
            : OptionalDouble.empty());
  }

  @AfterAll
  static void writePage() throws IOException {
    if (Boolean.getBoolean("vgnet.networks")) {
      Files.writeString(NetworksPage.PATH, PAGE.text());
    }
  }

  private static long products(GoldenCase golden) {
    return golden.inputShape().extent(0) * golden.multiplyAccumulates();
  }

  private static void checkCounts(GoldenCase golden, ModelFile file) {
    Shape input = golden.inputShape();
    GraphStatistics statistics =
        GraphStatistics.of(
            file.graph(), Tensor.shapes(file.tensors()), input.extent(2), input.extent(3));
    assertEquals(golden.learnableParameters(), statistics.parameters());
    assertEquals(golden.multiplyAccumulates(), statistics.multiplyAccumulates());
  }

  private static double checkBackend(String name, GoldenCase golden, ModelFile file) {
    Tensor images = Tensor.of(golden.inputShape(), RuleWeights.input(golden.inputShape()));
    double tolerance = tolerance(golden);
    if (products(golden) <= MOST_PRODUCTS_BETWEEN) {
      checkStages(name, golden, VectorRun.values(file, images), tolerance);
    }
    return checkLogits(golden, VectorRun.logits(file, images), tolerance);
  }

  /** Relative to a standard deviation: four times what PyTorch loses in float32, or 1e-5. */
  private static double tolerance(GoldenCase golden) {
    return Math.max(1e-5, 4 * golden.float32Error() / golden.logitsStandardDeviation());
  }

  private static double checkReference(String name, GoldenCase golden, ModelFile file) {
    Shape input = golden.inputShape();
    Map<String, double[]> values =
        new ReferenceInterpreter(file.graph(), file.tensors()).run(input, RuleWeights.input(input));
    checkStages(name, golden, values, TOLERANCE);
    return checkLogits(golden, values.get(file.graph().outputs().getFirst()), TOLERANCE);
  }

  /** Each checksum must be that of some value inside the network. */
  private static void checkStages(
      String name, GoldenCase golden, Map<String, double[]> values, double tolerance) {
    Checksums checksums = new Checksums(values);
    GoldenCases.stages(name, golden).forEach(stage -> checksums.requireOneOf(stage, tolerance));
  }

  /** Returns the largest error, relative to the deviation of the logits. */
  private static double checkLogits(GoldenCase golden, double[] actual, double tolerance) {
    double[] expected = golden.logits();
    assertEquals(expected.length, actual.length);
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      assertTrue(Double.isFinite(actual[i]), "not a finite number at " + i);
      largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
    }
    double error = largest / golden.logitsStandardDeviation();
    assertTrue(error <= tolerance, "logits differ by up to " + error + " of their deviation");
    return error;
  }
}
