package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.model.ModelFile;
import dev.vgnet.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every published network against PyTorch in float64, and its size to the unit. The reference takes
 * about a second for 200 million products, so larger networks are left to {@link
 * GoldenBackendTest}; their size is checked here.
 */
@Execution(ExecutionMode.CONCURRENT)
class GoldenTest {
  /**
   * Relative to a value's root mean square. A float64 rounds by 2^-53; a value is the end of at
   * most 2^7 layers that each sum up at most 2^11 products: 2^-35, or 3e-11, if all errors add up.
   */
  private static final double TOLERANCE = 1e-10;

  private static final long MOST_PRODUCTS = 150_000_000;

  static List<String> cases() {
    return GoldenCase.names();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithPyTorch(String name) {
    GoldenCase golden = GoldenCase.load(name);
    ImportedModel model = GoldenCases.imported(name, golden);
    assertEquals(GoldenCases.architecture(name), model.architecture());
    ModelFile file = model.file();
    assertCounts(golden, file);
    if (GoldenCases.isVgNet(name) || golden.multiplyAccumulates() <= MOST_PRODUCTS) {
      assertValues(name, golden, file);
    }
  }

  private static void assertValues(String name, GoldenCase golden, ModelFile file) {
    Shape input = golden.inputShape();
    Map<String, double[]> values =
        new ReferenceInterpreter(file.graph(), file.tensors()).run(input, RuleWeights.input(input));
    Checksums checksums = new Checksums(values);
    GoldenCases.stages(name, golden).forEach(stage -> checksums.requireOneOf(stage, TOLERANCE));
    double error =
        largestDifference(golden.logits(), values.get(file.graph().outputs().getFirst()));
    assertTrue(
        error <= TOLERANCE * golden.logitsStandardDeviation(), "logits differ by up to " + error);
  }

  private static void assertCounts(GoldenCase golden, ModelFile file) {
    Map<String, Shape> shapes = new HashMap<>();
    file.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    Shape input = golden.inputShape();
    GraphStatistics statistics =
        GraphStatistics.of(file.graph(), shapes, input.extent(2), input.extent(3));
    assertEquals(golden.learnableParameters(), statistics.parameters());
    assertEquals(golden.multiplyAccumulates(), statistics.multiplyAccumulates());
  }

  private static double largestDifference(double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length);
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      assertTrue(Double.isFinite(actual[i]), "not a finite number at " + i);
      largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
    }
    return largest;
  }
}
