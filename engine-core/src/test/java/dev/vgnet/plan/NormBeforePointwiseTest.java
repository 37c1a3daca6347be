package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rule by itself, with the plan before and after. */
class NormBeforePointwiseTest {
  private static final int SIZE = 14;

  private final Network net = new Network(8);

  private void assertRewrite(String before, String after, String... outputs) {
    Graph graph = net.graph(outputs);
    Map<String, Shape> shapes = ShapeInference.infer(graph, net.tensors, SIZE, SIZE);
    List<Rule> rules = List.of(Rule.NORM, Rule.RESIDUAL);
    Plan plan = Lowering.lower(graph, FusedGraph.rewrite(graph, net.tensors, rules), shapes);
    assertEquals(before.strip(), PlanText.of(plan));
    assertEquals(after.strip(), PlanText.of(NormBeforePointwise.rewrite(plan)));
  }

  @Test
  void movesIntoEveryPointwiseThatReadsIt() {
    net.depthwise("dw", "x", 8, 1);
    net.norm("norm", "dw", 8);
    net.concat("cat", "x", "norm");
    net.pointwise("a", "cat", 16, 8);
    net.slice("half", "norm", 2, 6);
    net.pointwise("b", "half", 4, 8);
    net.concat("out", "a", "b");

    assertRewrite(
        """
        input b0 8x14x14
        depthwise 3x3 s1 norm: b0 -> b1 8x14x14, norm
        pointwise a: b0+b1 -> b2 8x14x14
        pointwise b: b1[2:6] -> b3 8x14x14
        outputs b2+b3
        """,
        """
        input b0 8x14x14
        depthwise 3x3 s1 norm: b0 -> b1 8x14x14
        pointwise a: b0+norm(b1) -> b2 8x14x14
        pointwise b: norm(b1[2:6]) -> b3 8x14x14
        outputs b2+b3
        """,
        "out");
  }

  @Test
  void staysWhereAnythingElseReadsIt() {
    net.depthwise("dw1", "x", 8, 1);
    net.norm("norm1", "dw1", 8);
    net.pointwise("a", "norm1", 8, 8);
    net.depthwise("dw2", "norm1", 8, 1);
    net.norm("norm2", "dw2", 8);
    net.pointwise("b", "norm2", 8, 8);
    net.sum("sum", "b", "norm2");
    net.depthwise("dw3", "sum", 8, 1);
    net.norm("norm3", "dw3", 8);
    net.pointwise("c", "norm3", 8, 8);
    String plan =
        """
        input b0 8x14x14
        depthwise 3x3 s1 norm1: b0 -> b1 8x14x14, norm
        pointwise a: b1 -> b2 8x14x14
        depthwise 3x3 s1 norm2: b1 -> b3 8x14x14, norm
        pointwise sum: b3 -> b4 8x14x14, +b3
        depthwise 3x3 s1 norm3: b4 -> b5 8x14x14, norm
        pointwise c: b5 -> b6 8x14x14
        outputs b6, b2, b5
        """;

    assertRewrite(plan, plan, "c", "a", "norm3");
  }

  @Test
  void staysBehindARestOfItsEpilogue() {
    net.depthwise("dw", "x", 8, 1);
    net.norm("norm", "dw", 8);
    net.sum("sum", "norm", "x");
    net.pointwise("out", "sum", 8, 8);
    String plan =
        """
        input b0 8x14x14
        depthwise 3x3 s1 sum: b0 -> b1 8x14x14, norm, +b0
        pointwise out: b1 -> b2 8x14x14
        outputs b2
        """;

    assertRewrite(plan, plan, "out");
  }
}
