package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Operator.Function;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Counted by hand. */
class StepCostTest {
  private static final Buffer IN = new Buffer(0, 8, 10, 6);
  private static final Buffer OUT = new Buffer(1, 4, 10, 6);
  private static final Buffer SMALL = new Buffer(2, 8, 5, 3);

  @Test
  void pointwiseReadsItsResidualToo() {
    Epilogue residual =
        new Epilogue(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Value.of(SMALL)),
            Optional.empty());
    Step step =
        new Step.Pointwise(
            "p",
            Value.of(IN).slice(2, 8),
            Map.of(),
            Prologue.NONE,
            "w",
            Optional.empty(),
            residual,
            OUT);
    assertCost(60 * 4 * 6, 60 * 6 + 60 * 4 + 15 * 8 + 24, step, Shape.of(4, 6, 1, 1));
  }

  @Test
  void aValueReadTwiceCountsOnce() {
    Step step = new Step.Multiply("m", Value.of(IN), Value.of(IN), new Buffer(3, 8, 10, 6));
    assertCost(0, 2 * 480, step, Shape.of(1));
  }

  @Test
  void groupsReadOnlyTheirOwnChannels() {
    Step step =
        new Step.Convolution(
            "c",
            Value.of(IN),
            Prologue.NONE,
            "w",
            Optional.empty(),
            3,
            1,
            1,
            2,
            Epilogue.NONE,
            OUT);
    assertCost(60 * 4 * 4 * 9, 480 + 240 + 144, step, Shape.of(4, 4, 3, 3));
  }

  @Test
  void depthwiseCountsEachChannelThoughKernelsAreShared() {
    Step step =
        new Step.Depthwise(
            "d",
            Value.of(IN),
            SortedValue.inOrder(IN.channels()),
            "w",
            Optional.empty(),
            3,
            2,
            1,
            Epilogue.NONE,
            SMALL);
    assertCost(15 * 8 * 9, 480 + 120 + 9, step, Shape.of(1, 1, 3, 3));
  }

  @Test
  void linearAndSqueezeExciteUseEachWeightOnce() {
    Step linear =
        new Step.Linear(
            "l", Value.of(IN), "w", Optional.empty(), Epilogue.NONE, new Buffer(3, 7, 1, 1));
    assertCost(480 * 7, 480 + 7 + 480 * 7, linear, Shape.of(7, 480));
    Step excite =
        new Step.SqueezeExcite(
            "s",
            Value.of(IN),
            "w",
            Optional.empty(),
            Function.RELU,
            "w",
            Optional.empty(),
            Function.SIGMOID,
            IN);
    assertCost(2 * 16, 2 * 480 + 2 * 16, excite, Shape.of(2, 8));
  }

  private static void assertCost(long products, long numbers, Step step, Shape weight) {
    StepCost cost = StepCost.of(step, Map.of("w", weight));
    assertEquals(List.of(products, numbers), List.of(cost.multiplyAccumulates(), cost.numbers()));
  }
}
