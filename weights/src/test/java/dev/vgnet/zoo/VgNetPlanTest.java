package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.graph.Operator;
import dev.vgnet.model.ModelFile;
import dev.vgnet.plan.MemoryPlan;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the planner makes of every VGNet at 224 x 224, and how large the networks are. */
class VgNetPlanTest {
  private static final int SIZE = 224;
  private static final Set<String> KINDS =
      Set.of(
          "convolution",
          "depthwise",
          "pointwise",
          "squeeze-excite",
          "global-average-pool",
          "linear");

  private static Stream<String> cases() {
    return GoldenCase.names().stream().filter(name -> name.startsWith("vgnet"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isCountedAndPlanned(String name) {
    GoldenCase golden = GoldenCase.load(name);
    ModelFile file = GoldenCases.imported(name, golden).file();
    Plan plan = Planner.plan(file.graph(), shapes(file), SIZE, SIZE);

    assertCounts(golden, GraphStatistics.of(file.graph(), shapes(file), SIZE, SIZE));
    assertOneStepForEachLayer(file, plan);
    assertNoMoreMemoryThanIsAliveAtOnce(plan);
  }

  private static void assertCounts(GoldenCase golden, GraphStatistics statistics) {
    assertEquals(golden.learnableParameters(), statistics.parameters());
    assertEquals(golden.multiplyAccumulates(), statistics.multiplyAccumulates());
  }

  private static void assertOneStepForEachLayer(ModelFile file, Plan plan) {
    Map<String, Long> kinds =
        plan.steps().stream().collect(Collectors.groupingBy(PlanText::kind, Collectors.counting()));
    kinds.keySet().forEach(kind -> assertTrue(KINDS.contains(kind), kind));
    long gates = count(file, Operator.Multiply.class);
    assertEquals(gates, kinds.getOrDefault("squeeze-excite", 0L));
    assertEquals(
        count(file, Operator.Conv2d.class) - 2 * gates,
        kinds.get("convolution") + kinds.get("pointwise"));
    assertEquals(count(file, Operator.DepthwiseConv2d.class), kinds.get("depthwise"));
  }

  /** Buffers laid out as for 16-lane vectors: channels padded, a zero row above and below. */
  private static void assertNoMoreMemoryThanIsAliveAtOnce(Plan plan) {
    MemoryPlan memory =
        MemoryPlan.of(
            plan,
            buffer ->
                buffer.equals(plan.input())
                    ? 0
                    : Math.ceilDiv(buffer.channels(), 16)
                        * 16L
                        * (buffer.height() + 2)
                        * buffer.width(),
            16);
    assertEquals(memory.liveSize(), memory.size());
  }

  private static long count(ModelFile file, Class<? extends Operator> operator) {
    return file.graph().nodes().stream().filter(n -> operator.isInstance(n.operator())).count();
  }

  private static Map<String, Shape> shapes(ModelFile file) {
    Map<String, Shape> shapes = new HashMap<>();
    file.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }
}
