package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Planner;
import dev.vgnet.plan.Step;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.util.DefaultLocale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who computes a step: own kernels or cuDNN. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class KernelChoiceTest {
  private static final Shape INPUT = Shape.of(2, 3, 8, 8);

  /** A strided convolution, one of each channel, a pool and a pointwise one. */
  private static final Graph GRAPH =
      new Graph(
          "x",
          3,
          List.of(
              node("stem", new Operator.Conv2d("stem", Optional.empty(), 2, 1, 1), "x"),
              node("each", new Operator.Conv2d("each", Optional.empty(), 1, 1, 16), "stem"),
              node("pool", new Operator.MaxPool(2, 2, 0), "each"),
              node("point", new Operator.Conv2d("point", Optional.empty(), 1, 0, 1), "pool")),
          List.of("point"));

  private static final Map<String, Tensor> TENSORS =
      Map.of(
          "stem", tensor(16, 3, 3, 3),
          "each", tensor(16, 1, 3, 3),
          "point", tensor(8, 16, 1, 1));

  private static Node node(String name, Operator operator, String input) {
    return new Node(name, operator, List.of(input));
  }

  private static Tensor tensor(int... extents) {
    Shape shape = Shape.of(extents);
    float[] numbers = new float[(int) shape.elementCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i % 7 - 3;
    }
    return Tensor.of(shape, numbers);
  }

  private static EmulatedDriver driver(boolean hasCudnn) {
    return new EmulatedDriver(Precision.FP32, 64L << 20, hasCudnn, 1);
  }

  private static List<String> kernels(EmulatedDriver driver, KernelChoice choice) {
    return kernels(driver, Precision.FP32, choice);
  }

  private static List<String> kernels(
      EmulatedDriver driver, Precision precision, KernelChoice choice) {
    return kernels(GRAPH, TENSORS, driver, precision, choice);
  }

  private static List<String> kernels(
      Graph graph,
      Map<String, Tensor> tensors,
      EmulatedDriver driver,
      Precision precision,
      KernelChoice choice) {
    try (CudaModel model = new CudaModel(graph, tensors, driver, precision, choice)) {
      return model.report(INPUT).steps().stream()
          .map(StepReport::kernel)
          .filter(kernel -> !kernel.startsWith("to "))
          .toList();
    }
  }

  @AfterEach
  void forgetsTheProperty() {
    System.clearProperty(KernelChoice.PROPERTY);
  }

  @Test
  void leavesAllToOwnKernels() {
    EmulatedDriver driver = driver(true);
    assertFalse(kernels(driver, KernelChoice.OWN).toString().contains("cudnn"));
    assertTrue(driver.log.isEmpty(), "nothing to measure");
  }

  @Test
  void leavesAllToCudnn() {
    for (String kernel : kernels(driver(true), KernelChoice.CUDNN)) {
      assertTrue(kernel.startsWith("cudnn"), kernel);
    }
  }

  @Test
  void doesWithoutCudnn() {
    assertEquals(
        kernels(driver(false), KernelChoice.OWN), kernels(driver(false), KernelChoice.CUDNN));
  }

  @Test
  void measuresEveryWayOnce() {
    EmulatedDriver driver = driver(true);
    List<String> first = kernels(driver, KernelChoice.FASTEST);
    assertTrue(driver.log.contains("cudnnConvolution"), driver.log.toString());
    assertTrue(driver.log.contains("cudnnPool"), driver.log.toString());
    assertTrue(driver.log.contains("productTile"), driver.log.toString());
    driver.log.clear();
    assertEquals(first, kernels(driver, KernelChoice.FASTEST));
    assertTrue(driver.log.isEmpty(), "it is known");
  }

  /** Choices are shared by processes whose locales have other digits. */
  @Test
  @DefaultLocale(language = "fa", country = "IR")
  void remembersItInEveryLocale() {
    EmulatedDriver driver = driver(true);
    List<String> first = kernels(driver, KernelChoice.FASTEST);
    driver.log.clear();
    Locale.setDefault(Locale.ROOT);
    assertEquals(first, kernels(driver, KernelChoice.FASTEST));
    assertTrue(driver.log.isEmpty(), driver.log::toString);
  }

  @Test
  void takesAnOwnPoolWhereCudnnRefusesTheOnlyOtherOne() {
    Graph graph =
        new Graph(
            "x", 3, List.of(node("pool", new Operator.MaxPool(8, 8, 0), "x")), List.of("pool"));
    assertEquals(
        List.of("window"),
        kernels(graph, Map.of(), driver(true), Precision.FP32, KernelChoice.CUDNN));
  }

  /** Where pixels are packed it is right; the images' three channels have room for a fourth. */
  @ParameterizedTest
  @EnumSource
  void takesNoWayThatIsWrong(Precision precision) {
    takesNoWayThatIsWrong(precision, TENSORS);
  }

  /** What is remembered of a model holds for others. */
  @Test
  void takesNoWayThatIsWrongWithOtherWeights() {
    Map<String, Tensor> zeros = new HashMap<>();
    TENSORS.forEach(
        (name, tensor) ->
            zeros.put(
                name, Tensor.of(tensor.shape(), new float[(int) tensor.shape().elementCount()])));
    takesNoWayThatIsWrong(Precision.FP32, zeros);
  }

  private static void takesNoWayThatIsWrong(Precision precision, Map<String, Tensor> tensors) {
    EmulatedDriver driver =
        new EmulatedDriver(
            precision, 64L << 20, true, work -> EmulatedDriver.takesForPacked(work) ? 1 : 2);
    List<String> kernels = kernels(GRAPH, tensors, driver, precision, KernelChoice.FASTEST);
    assertFalse(kernels.getFirst().startsWith("cudnn 2"), kernels.toString());
    assertTrue(kernels.getLast().startsWith("cudnn 2"), kernels.toString());
  }

  /** What lies there has never been written, and may be anything. */
  @ParameterizedTest
  @EnumSource
  void takesNoWayThatReadsBetweenPixels(Precision precision) {
    List<String> tried = new ArrayList<>();
    EmulatedDriver driver =
        new EmulatedDriver(
            precision,
            64L << 20,
            true,
            work -> {
              boolean reads = EmulatedDriver.readsBetween(work);
              tried.add(reads ? "reads" : "other");
              return reads ? 1 : 2;
            });
    String stem = kernels(driver, precision, KernelChoice.FASTEST).getFirst();
    assertTrue(tried.contains("reads"), tried.toString());
    assertFalse(stem.startsWith("cudnn 3"), stem);
  }

  private static List<Boolean> hasCudnn(int batch, int size) {
    EmulatedDriver driver = driver(true);
    DeviceWeights weights = new DeviceWeights(driver, TENSORS).unplaced();
    Plan plan = Planner.plan(GRAPH, weights.shapes(), size, size);
    Placement placement = new Placement(plan, batch, Float.BYTES);
    Workspace workspace = new Workspace(placement, placement.size());
    StepScope scope = new StepScope(placement, 0, weights, workspace);
    return plan.steps().stream()
        .map(
            step ->
                step instanceof Step.Pool pool
                    ? Pools.byCudnn(pool, scope).isPresent()
                    : !new CudnnConvolutions(driver.cudnn().orElseThrow())
                        .ways(step, scope)
                        .isEmpty())
        .toList();
  }

  /** The first maps have 64 x 1448 x 1448 x 16 numbers, a few less than 2^31, or a few more. */
  @Test
  void leavesMapsToOwnKernelsThatCudnnCannotCount() {
    assertEquals(List.of(true, true, true, true), hasCudnn(64, 2 * 1448));
    assertEquals(List.of(false, false, false, true), hasCudnn(64, 2 * 1449));
  }

  @Test
  void readsTheProperty() {
    assertEquals(KernelChoice.FASTEST, KernelChoice.ofUser());
    System.setProperty(KernelChoice.PROPERTY, "own");
    assertEquals(KernelChoice.OWN, KernelChoice.ofUser());
    System.setProperty(KernelChoice.PROPERTY, "fast");
    assertThrows(DeviceUnavailableException.class, KernelChoice::ofUser);
  }
}
