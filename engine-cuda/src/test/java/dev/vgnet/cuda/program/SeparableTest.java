package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.cuda.driver.CudnnConvolution;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A depthwise convolution and a pointwise one as one kernel. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class SeparableTest {
  private static final long CAPACITY = 64L << 20;
  private static final ToLongFunction<List<Work>> JOINED = EmulatedDriver.FEWEST;
  private static final ToLongFunction<List<Work>> APART = work -> 100 - work.size();

  private static float[] run(
      EmulatedDriver driver,
      Precision precision,
      Graph graph,
      Map<String, Tensor> tensors,
      Shape input,
      float[] images,
      int outputs) {
    float[][] found = new float[1][outputs];
    try (CudaModel model = new CudaModel(graph, tensors, driver, precision, KernelChoice.OWN)) {
      driver.log.clear();
      model.report(input);
      driver.log.clear();
      model.run(input, images, found);
    }
    assertEquals(0, driver.taken());
    return found[0];
  }

  /**
   * The same operations in the same order: on a device that does not contract them, the same bits.
   */
  @RepeatedTest(60)
  void computesTheSameAsStepByStep(RepetitionInfo repetition) {
    Precision precision = Precision.values()[repetition.getCurrentRepetition() % 3];
    Random random = new Random(20_261_121 + repetition.getCurrentRepetition());
    SeparableBlock block = new SeparableBlock(random);
    Graph graph = block.graph(repetition.getCurrentRepetition() % 4 == 0 ? 200 : 70);
    float[] images = block.uniform((int) block.input.elementCount(), -1.7, 1.7);
    double[] exact = new double[images.length];
    Arrays.setAll(exact, i -> images[i]);
    Map<String, double[]> all =
        new ReferenceInterpreter(graph, block.tensors).run(block.input, exact);
    double[] expected = all.get(graph.outputs().getFirst());
    EmulatedDriver joined = new EmulatedDriver(precision, CAPACITY, false, JOINED);
    float[] found =
        run(joined, precision, graph, block.tensors, block.input, images, expected.length);
    EmulatedDriver apart = new EmulatedDriver(precision, CAPACITY, false, APART);
    assertArrayEquals(
        run(apart, precision, graph, block.tensors, block.input, images, expected.length), found);
    assertEquals(List.of(0L, 1L), List.of(count(joined, "depthwise"), count(apart, "depthwise")));
    assertEquals(
        List.of(1L, 0L), List.of(count(joined, "separableTile"), count(apart, "separableTile")));
    double largest =
        all.values().stream().flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    double tolerance = (precision == Precision.FP32 ? 1e-5 : 2e-2) * largest;
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], tolerance, "number " + i);
    }
  }

  private static long count(EmulatedDriver driver, String kernel) {
    return driver.log.stream().filter(kernel::equals).count();
  }

  private static Node node(String name, Operator operator, String... inputs) {
    return new Node(name, operator, List.of(inputs));
  }

  private static Operator point(int outputs) {
    return new Operator.Conv2d("point" + outputs, Optional.empty(), 1, 0, 1);
  }

  private static final Node DEPTHWISE =
      node("each", new Operator.DepthwiseConv2d("each", Optional.empty(), 1, 1, false), "x");

  private static List<StepReport> steps(
      KernelChoice choice, boolean hasCudnn, int kernel, List<Node> nodes, String... outputs) {
    Graph graph = new Graph("x", 8, nodes, List.of(outputs));
    Map<String, Tensor> tensors =
        Map.of(
            "each", zeros(8, 1, kernel, kernel),
            "point16", zeros(16, 8, 1, 1),
            "point300", zeros(300, 8, 1, 1));
    EmulatedDriver driver = new EmulatedDriver(Precision.FP32, CAPACITY, hasCudnn, JOINED);
    try (CudaModel model = new CudaModel(graph, tensors, driver, Precision.FP32, choice)) {
      return model.report(Shape.of(2, 8, 6, 6)).steps();
    }
  }

  private static Tensor zeros(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, new float[(int) shape.elementCount()]);
  }

  private static List<String> kinds(List<StepReport> steps) {
    return steps.stream().map(StepReport::kind).toList();
  }

  @Test
  void isReportedAsOneStep() {
    List<Node> nodes = List.of(DEPTHWISE, node("point", point(16), "each"));
    List<StepReport> steps = steps(KernelChoice.OWN, false, 3, nodes, "point");
    assertEquals(List.of("input", "depthwise + pointwise", "output"), kinds(steps));
    StepReport step = steps.get(1);
    assertEquals("point", step.name());
    assertEquals(List.of("x"), step.inputs());
    assertEquals("tiles, depthwise as they are filled", step.kernel());
    assertEquals(36 * 8 * (9 + 16), step.multiplyAccumulates());
    assertEquals(4 * (36 * (8 + 16) + 8 * 9 + 8 * 16), step.bytes());
    assertTrue(
        kinds(steps(KernelChoice.FASTEST, true, 3, nodes, "point"))
            .contains("depthwise + pointwise"));
  }

  /** Each with a workspace, for which there is room once. */
  @Test
  void staysWithinTheWorkspaceWhereCudnnComputesBoth() {
    List<Node> nodes = List.of(DEPTHWISE, node("point", point(16), "each"));
    Graph graph = new Graph("x", 8, nodes, List.of("point"));
    Map<String, Tensor> tensors = Map.of("each", zeros(8, 1, 3, 3), "point16", zeros(16, 8, 1, 1));
    EmulatedDriver driver =
        new EmulatedDriver(
            Precision.FP32,
            CAPACITY,
            true,
            work -> 100 - work.stream().filter(SeparableTest::usesWorkspace).count());
    try (CudaModel model =
        new CudaModel(graph, tensors, driver, Precision.FP32, KernelChoice.FASTEST)) {
      assertEquals(
          List.of("depthwise", "pointwise"),
          kinds(model.report(Shape.of(2, 8, 6, 6)).steps()).subList(1, 3));
    }
  }

  private static boolean usesWorkspace(Work work) {
    return work instanceof CudnnConvolution call && call.algorithm().workspaceBytes() > 0;
  }

  @Test
  void remainsApartWhereItCannotPayOrIsReadElsewhere() {
    List<String> apart = List.of("input", "depthwise", "pointwise", "output");
    List<Node> narrow = List.of(DEPTHWISE, node("point", point(16), "each"));
    List<Node> wide = List.of(DEPTHWISE, node("point", point(300), "each"));
    assertEquals(apart, kinds(steps(KernelChoice.OWN, false, 3, wide, "point")));
    assertEquals(
        List.of("input", "depthwise", "pointwise", "output", "output"),
        kinds(steps(KernelChoice.OWN, false, 3, narrow, "point", "each")));
    assertEquals(apart, kinds(steps(KernelChoice.CUDNN, true, 3, narrow, "point")));
    List<Node> residual =
        List.of(
            DEPTHWISE,
            node("point", point(16), "each"),
            node("back", new Operator.Slice(0, 8), "point"),
            node("sum", new Operator.Add(), "back", "each"));
    assertTrue(
        kinds(steps(KernelChoice.OWN, false, 3, residual, "sum")).contains("depthwise"), "twice");
  }
}
