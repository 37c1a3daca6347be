package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Operator;
import dev.vgnet.tensor.Shape;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Cases in which a value is read once more than one might think. */
class AliasingTest {
  private final Network net = new Network(8);

  private void assertPlan(String expected, String... outputs) {
    assertEquals(expected.strip(), net.planned(14, outputs));
  }

  @Test
  void squeezeExciteLeavesThePlansInputAlone() {
    net.squeezeExcite("se", "x", 8, 4);

    assertPlan(
        """
        input b0 8x14x14
        squeeze-excite se: b0 -> b1 8x14x14, relu, sigmoid
        outputs b1
        """,
        "se");
  }

  @Test
  void squeezeExciteLeavesALaterResidualAlone() {
    net.pointwise("a", "x", 8, 8);
    net.squeezeExcite("se", "a", 8, 4);
    net.pointwise("b", "se", 8, 8);
    net.sum("out", "b", "a");

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se: b1 -> b2 8x14x14, relu, sigmoid
        pointwise out: b2 -> b3 8x14x14, +b1
        outputs b3
        """,
        "out");
  }

  @Test
  void squeezeExciteLeavesOutputsAloneUnderAnyName() {
    net.pointwise("a", "x", 8, 8);
    net.slice("half", "a", 0, 4);
    net.squeezeExcite("se", "a", 8, 4);

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se: b1 -> b2 8x14x14, relu, sigmoid
        outputs b2, b1[0:4]
        """,
        "se",
        "half");
  }

  @Test
  void squeezeExciteLeavesPartsOfLaterConcatsAlone() {
    net.pointwise("a", "x", 8, 8);
    net.concat("both", "a", "x");
    net.slice("part", "both", 4, 12);
    net.squeezeExcite("se", "a", 8, 4);
    net.pointwise("b", "part", 8, 8);
    net.sum("out", "b", "se");

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se: b1 -> b2 8x14x14, relu, sigmoid
        pointwise out: b1[4:8]+b0[0:4] -> b3 8x14x14, +b2
        outputs b3
        """,
        "out");
  }

  @Test
  void squeezeExciteOfAPartOrOfSeveralPartsWritesABufferOfItsOwn() {
    net.pointwise("a", "x", 8, 8);
    net.slice("half", "a", 0, 4);
    net.squeezeExcite("se1", "half", 4, 4);
    net.pointwise("b", "se1", 4, 4);
    net.concat("both", "b", "se1");
    net.squeezeExcite("se2", "both", 8, 4);

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se1: b1[0:4] -> b2 4x14x14, relu, sigmoid
        pointwise b: b2 -> b3 4x14x14
        squeeze-excite se2: b3+b2 -> b4 8x14x14, relu, sigmoid
        outputs b4
        """,
        "se2");
  }

  @Test
  void squeezeExcitesInARowShareABuffer() {
    net.pointwise("a", "x", 8, 8);
    net.squeezeExcite("se1", "a", 8, 4);
    net.squeezeExcite("se2", "se1", 8, 4);

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se1: b1 -> b1 8x14x14, relu, sigmoid
        squeeze-excite se2: b1 -> b1 8x14x14, relu, sigmoid
        outputs b1
        """,
        "se2");
  }

  @Test
  void secondSqueezeExciteKeepsTheFirstWhereItIsReadLater() {
    net.pointwise("a", "x", 8, 8);
    net.squeezeExcite("se1", "a", 8, 4);
    net.squeezeExcite("se2", "se1", 8, 4);
    net.concat("out", "se1", "se2");

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se1: b1 -> b1 8x14x14, relu, sigmoid
        squeeze-excite se2: b1 -> b2 8x14x14, relu, sigmoid
        outputs b1+b2
        """,
        "out");
  }

  @Test
  void aDeadReaderDoesNotKeepAValue() {
    net.pointwise("a", "x", 8, 8);
    net.squeezeExcite("se", "a", 8, 4);
    net.relu("dead", "a");

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se: b1 -> b1 8x14x14, relu, sigmoid
        outputs b1
        """,
        "se");
  }

  @Test
  void anOutputThatIsReadLaterIsComputedAsItIs() {
    net.pointwise("a", "x", 8, 8);
    net.relu("b", "a");
    net.pointwise("c", "b", 8, 8);

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        pointwise c: relu(b1) -> b2 8x14x14
        outputs b2, b1, b2
        """,
        "c",
        "a",
        "c");
  }

  @Test
  void aValueMayBeReadTwiceByOneNode() {
    net.pointwise("a", "x", 8, 8);
    net.concat("twice", "a", "a");
    net.pointwise("b", "twice", 16, 8);
    net.sum("sum", "b", "b");
    net.product("product", "sum", "sum");

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        pointwise b: b1+b1 -> b2 8x14x14
        elementwise sum: b2 -> b3 8x14x14, +b2
        multiply product: b3 * b3 -> b4 8x14x14
        outputs b4
        """,
        "product");
  }

  @Test
  void aSumThatJoinsTheEarlierTermWaitsForTheLater() {
    net.pointwise("a", "x", 8, 8);
    net.squeezeExcite("se", "x", 8, 4);
    net.sum("sum", "a", "se");
    net.relu("relu", "sum");
    net.sum("out", "relu", "x");

    assertPlan(
        """
        input b0 8x14x14
        squeeze-excite se: b0 -> b1 8x14x14, relu, sigmoid
        pointwise relu: b0 -> b2 8x14x14, +b1, relu
        elementwise out: b2 -> b3 8x14x14, +b0
        outputs b3
        """,
        "out");
  }

  @Test
  void anOutputMayBeAPieceOfTheInput() {
    net.slice("part", "x", 2, 6);

    assertPlan(
        """
        input b0 8x14x14
        outputs b0[2:6]
        """,
        "part");
  }

  @Test
  void piecesThatMeetAgainAreOneSegment() {
    net.pointwise("a", "x", 8, 8);
    net.slice("left", "a", 0, 4);
    net.slice("right", "a", 4, 8);
    net.concat("same", "left", "right");
    net.concat("swapped", "right", "left");
    net.squeezeExcite("se", "same", 8, 4);
    net.sum("out", "swapped", "se");

    assertPlan(
        """
        input b0 8x14x14
        pointwise a: b0 -> b1 8x14x14
        squeeze-excite se: b1 -> b2 8x14x14, relu, sigmoid
        elementwise out: b1[4:8]+b1[0:4] -> b3 8x14x14, +b2
        outputs b3
        """,
        "out");
  }

  @Test
  void aGateMayBeAVector() {
    net.tensors.put("w", Shape.of(8, 8));
    net.add("pool", new Operator.GlobalAveragePool(), "x");
    net.add("flat", new Operator.Flatten(), "pool");
    net.add("gate", new Operator.Linear("w", Optional.empty()), "flat");
    net.product("out", "x", "gate");

    assertPlan(
        """
        input b0 8x14x14
        global-average-pool pool: b0 -> b1 8x1x1
        linear gate: b1 -> b2 8x1x1
        multiply out: b0 * b2 -> b3 8x14x14
        outputs b3
        """,
        "out");
  }
}
