package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Operator;
import dev.vgnet.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The steps that the blocks of the networks become. */
class PlannerTest {
  /** Conv, activation, norm: VGNet's order. */
  private static String vgnetPointwise(Network net, String name, String input, int in, int out) {
    net.pointwise(name + ".0", input, in, out);
    net.relu(name + ".1", name + ".0");
    return net.norm(name + ".2", name + ".1", out);
  }

  private static void assertPlan(String expected, String actual) {
    assertEquals(expected.strip(), actual);
  }

  @Test
  void halfIdentityBlocksAreTwoStepsAndNoCopy() {
    Network net = new Network(16);
    String a = net.slice("a", "x", 0, 8);
    String b = net.slice("b", "x", 8, 16);
    for (int i = 0; i < 2; i++) {
      String name = "half" + i;
      net.depthwise(name + ".dw", b, 8, 1);
      net.concat(name + ".cat", a, name + ".dw");
      a = b;
      b = vgnetPointwise(net, name, name + ".cat", 16, 8);
    }
    net.concat("out", a, b);

    assertPlan(
        """
        input b0 16x28x28
        depthwise 3x3 s1 half0.dw: b0[8:16] -> b1 8x28x28
        pointwise half0.2: b0[0:8]+b1 -> b2 8x28x28, relu, norm
        depthwise 3x3 s1 half1.dw: b2 -> b3 8x28x28
        pointwise half1.2: b0[8:16]+b3 -> b4 8x28x28, relu, norm
        outputs b2+b4
        """,
        net.planned(28, "out"));
  }

  @Test
  void downsamplingCutsItsHalvesAcrossSegments() {
    Network net = new Network(32);
    net.depthwise("down", "x", 32, 2);
    net.slice("a", "down", 0, 32);
    vgnetPointwise(net, "b", "down", 32, 40);
    net.concat("cat", "a", "b.2");
    net.slice("left", "cat", 0, 36);
    net.slice("right", "cat", 36, 72);
    net.depthwise("dw", "right", 36, 1);
    net.concat("both", "left", "dw");
    vgnetPointwise(net, "half", "both", 72, 36);
    net.concat("out", "right", "half.2");

    assertPlan(
        """
        input b0 32x112x112
        depthwise 3x3 s2 down: b0 -> b1 32x56x56
        pointwise b.2: b1 -> b2 40x56x56, relu, norm
        depthwise 3x3 s1 dw: b2[4:40] -> b3 36x56x56
        pointwise half.2: b1+b2[0:4]+b3 -> b4 36x56x56, relu, norm
        outputs b2[4:40]+b4
        """,
        net.planned(112, "out"));
  }

  @Test
  void stemIsAConvolution() {
    Network net = new Network(3);
    net.conv("stem.0", "x", 3, 28, 3, 2);
    net.relu("stem.1", "stem.0");
    net.norm("stem.2", "stem.1", 28);

    assertPlan(
        """
        input b0 3x224x224
        convolution 3x3 s2 stem.2: b0 -> b1 28x112x112, relu, norm
        outputs b1
        """,
        net.planned(224, "stem.2"));
  }

  @Test
  void onlyPlainOneByOneConvolutionsArePointwise() {
    Network net = new Network(8);
    net.conv("strided", "x", 8, 8, 1, 2, 0, 1);
    net.conv("padded", "strided", 8, 8, 1, 1, 1, 1);
    net.conv("grouped", "padded", 8, 8, 1, 1, 0, 2);
    net.conv("plain", "grouped", 8, 8, 1, 1, 0, 1);

    assertPlan(
        """
        input b0 8x9x9
        convolution 1x1 s2 strided: b0 -> b1 8x5x5
        convolution 1x1 s1 padded: b1 -> b2 8x7x7
        convolution 1x1 s1 g2 grouped: b2 -> b3 8x7x7
        pointwise plain: b3 -> b4 8x7x7
        outputs b4
        """,
        net.planned(9, "plain"));
  }

  @Test
  void residualBlockIsTwoConvolutions() {
    Network net = new Network(8);
    net.conv("conv1", "x", 8, 8, 3, 1);
    net.norm("bn1", "conv1", 8);
    net.relu("relu1", "bn1");
    net.conv("conv2", "relu1", 8, 8, 3, 1);
    net.norm("bn2", "conv2", 8);
    net.sum("sum", "bn2", "x");
    net.relu("out", "sum");

    assertPlan(
        """
        input b0 8x56x56
        convolution 3x3 s1 relu1: b0 -> b1 8x56x56, norm, relu
        convolution 3x3 s1 out: b1 -> b2 8x56x56, norm, +b0, relu
        outputs b2
        """,
        net.planned(56, "out"));
  }

  @Test
  void projectionThatIsComputedLastTakesTheSum() {
    Network net = new Network(8);
    net.conv("conv1", "x", 8, 16, 3, 2);
    net.norm("bn1", "conv1", 16);
    net.conv("projection", "x", 8, 16, 1, 2);
    net.norm("bn2", "projection", 16);
    net.sum("sum", "bn1", "bn2");
    net.relu("out", "sum");

    assertPlan(
        """
        input b0 8x56x56
        convolution 3x3 s2 bn1: b0 -> b1 16x28x28, norm
        convolution 1x1 s2 out: b0 -> b2 16x28x28, norm, +b1, relu
        outputs b2
        """,
        net.planned(56, "out"));
  }

  @Test
  void preActivationBlockNormalisesAsItReads() {
    Network net = new Network(8);
    net.norm("bn1", "x", 8);
    net.relu("relu1", "bn1");
    net.conv("conv1", "relu1", 8, 8, 3, 1);
    net.norm("bn2", "conv1", 8);
    net.relu("relu2", "bn2");
    net.conv("conv2", "relu2", 8, 8, 3, 1);
    net.sum("sum", "conv2", "x");
    net.norm("bn3", "sum", 8);
    net.relu("relu3", "bn3");
    net.conv("conv3", "relu3", 8, 8, 3, 1);
    net.sum("out", "conv3", "sum");

    assertPlan(
        """
        input b0 8x32x32
        convolution 3x3 s1 relu2: relu(norm(b0)) -> b1 8x32x32, norm, relu
        convolution 3x3 s1 sum: b1 -> b2 8x32x32, +b0
        convolution 3x3 s1 out: relu(norm(b2)) -> b3 8x32x32, +b2
        outputs b3
        """,
        net.planned(32, "out"));
  }

  @Test
  void denseBlockReadsItsGrowingConcatInPieces() {
    Network net = new Network(8);
    String features = "x";
    for (int i = 0; i < 2; i++) {
      int channels = 8 + 4 * i;
      net.norm("norm" + i, features, channels);
      net.relu("relu" + i, "norm" + i);
      net.conv("conv" + i, "relu" + i, channels, 4, 3, 1);
      features = net.concat("cat" + i, features, "conv" + i);
    }
    net.norm("norm", features, 16);
    net.relu("relu", "norm");
    net.pointwise("conv", "relu", 16, 8);
    net.add("pool", new Operator.AveragePool(2, 2), "conv");

    assertPlan(
        """
        input b0 8x16x16
        convolution 3x3 s1 conv0: relu(norm(b0)) -> b1 4x16x16
        convolution 3x3 s1 conv1: relu(norm(b0+b1)) -> b2 4x16x16
        pointwise conv: relu(norm(b0+b1+b2)) -> b3 8x16x16
        average-pool 2x2 s2 pool: b3 -> b4 8x8x8
        outputs b4
        """,
        net.planned(16, "pool"));
  }

  @Test
  void aValueThatIsNormalisedForTwoIsNormalisedOnce() {
    Network net = new Network(8);
    net.norm("bn", "x", 8);
    net.relu("relu", "bn");
    net.conv("conv", "relu", 8, 16, 3, 2);
    net.conv("projection", "relu", 8, 16, 1, 2);
    net.sum("out", "conv", "projection");

    assertPlan(
        """
        input b0 8x32x32
        elementwise relu: b0 -> b1 8x32x32, norm, relu
        convolution 3x3 s2 conv: b1 -> b2 16x16x16
        convolution 1x1 s2 out: b1 -> b3 16x16x16, +b2
        outputs b3
        """,
        net.planned(32, "out"));
  }

  @Test
  void anImageIsNormalisedAsTheStemReadsIt() {
    Network net = new Network(3);
    net.norm("data_bn", "x", 3);
    net.conv("stem", "data_bn", 3, 32, 3, 2);
    net.norm("bn", "stem", 32);
    net.relu("out", "bn");

    assertPlan(
        """
        input b0 3x224x224
        convolution 3x3 s2 out: norm(b0) -> b1 32x112x112, norm, relu
        outputs b1
        """,
        net.planned(224, "out"));
  }

  @Test
  void invertedResidualIsThreeSteps() {
    Network net = new Network(8);
    net.pointwise("expand", "x", 8, 48);
    net.norm("bn1", "expand", 48);
    net.activation("act1", Operator.Function.RELU6, "bn1");
    net.depthwise("dw", "act1", 48, 1);
    net.norm("bn2", "dw", 48);
    net.activation("act2", Operator.Function.RELU6, "bn2");
    net.pointwise("project", "act2", 48, 8);
    net.norm("bn3", "project", 8);
    net.sum("out", "x", "bn3");

    assertPlan(
        """
        input b0 8x14x14
        pointwise act1: b0 -> b1 48x14x14, norm, relu6
        depthwise 3x3 s1 act2: b1 -> b2 48x14x14, norm, relu6
        pointwise out: b2 -> b3 8x14x14, norm, +b0
        outputs b3
        """,
        net.planned(14, "out"));
  }

  @Test
  void squeezeExciteWorksInPlace() {
    Network net = new Network(8);
    net.depthwise("dw", "x", 8, 1);
    net.squeezeExcite("se", "dw", 8, 4);
    net.pointwise("pw", "se", 8, 8);

    assertPlan(
        """
        input b0 8x14x14
        depthwise 3x3 s1 dw: b0 -> b1 8x14x14
        squeeze-excite se: b1 -> b1 8x14x14, relu, sigmoid
        pointwise pw: b1 -> b2 8x14x14
        outputs b2
        """,
        net.planned(14, "pw"));
  }

  @Test
  void headFlattensWithoutACopy() {
    Network net = new Network(8);
    net.add("pool", new Operator.GlobalAveragePool(), "x");
    net.add("flat", new Operator.Flatten(), "pool");
    net.linear("fc1", "flat", 8, 32);
    net.relu("relu", "fc1");
    net.linear("fc2", "relu", 32, 10);

    assertPlan(
        """
        input b0 8x7x7
        global-average-pool pool: b0 -> b1 8x1x1
        linear relu: b1 -> b2 32x1x1, relu
        linear fc2: b2 -> b3 10x1x1
        outputs b3
        """,
        net.planned(7, "fc2"));
  }

  @Test
  void vectorsOfDifferentMapsCannotBeAdded() {
    Network net = new Network(8);
    net.add("pool", new Operator.AveragePool(7, 7), "x");
    net.add("flat", new Operator.Flatten(), "pool");
    net.linear("fc", "flat", 32, 32);
    net.sum("sum", "fc", "flat");

    assertThrows(UnsupportedModelException.class, () -> net.plan(14, "sum"));
  }

  @Test
  void concatsThatDoubleAreCopiedBeforeTheyFillTheMemory() {
    Network net = new Network(8);
    net.slice("v0", "x", 1, 2);
    for (int i = 0; i < 14; i++) {
      net.concat("v" + (i + 1), "v" + i, "v" + i);
    }

    assertPlan(
        """
        input b0 8x1x1
        copy v12: 4096 pieces of b0 -> b1 4096x1x1
        outputs b1+b1+b1+b1
        """,
        net.planned(1, "v14"));
  }

  @Test
  void aConcatOfThousandsIsRefused() {
    Network net = new Network(8);
    String[] parts = new String[5000];
    Arrays.setAll(parts, i -> net.slice("v" + i, "x", i % 7, i % 7 + 1));
    net.concat("all", parts);

    assertThrows(UnsupportedModelException.class, () -> net.plan(1, "all"));
  }

  @Test
  void splintersThatAddUpAreRefused() {
    Network net = new Network(4096);
    net.add("shuffle", new Operator.ChannelShuffle(64), "x");
    for (int i = 0; i < 300; i++) {
      net.slice("part" + i, "shuffle", 0, 4095);
    }
    for (int i = 1; i < 300; i++) {
      net.sum("sum" + i, i == 1 ? "part0" : "sum" + (i - 1), "part" + i);
    }
    assertRefused(
        "node part254: feature maps up to here are in more than 1048576 pieces", net, "sum299");
  }

  @Test
  void slicesThatTakeEverythingAreTheSameValue() {
    Value value = Value.of(new Buffer(0, 8, 7, 7)).shuffle(2);
    assertSame(value, value.slice(0, 8));
  }

  @Test
  void ordersOfChannelsThatAddUpAreRefused() {
    Network net = new Network(1 << 16);
    net.tensors.put("blur", Shape.of(1, 1, 1, 1));
    String last = "x";
    for (int i = 0; i < 17; i++) {
      last =
          net.add(
              "blur" + i, new Operator.DepthwiseConv2d("blur", Optional.empty(), 1, 0, true), last);
    }
    assertRefused(
        "node blur15: feature maps up to here are in more than 1048576 pieces", net, last);
  }

  private static void assertRefused(String expected, Network net, String output) {
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> net.plan(1, output));
    assertEquals(expected, e.getMessage());
  }

  /** ShuffleNetV2's unit of stride 1: half the channels pass, the other half is computed anew. */
  private static String shuffleUnit(Network net, String name, String input, int channels) {
    int half = channels / 2;
    String passed = net.slice(name + ".pass", input, 0, half);
    net.slice(name + ".in", input, half, channels);
    net.pointwise(name + ".pw1", name + ".in", half, half);
    net.depthwise(name + ".dw", name + ".pw1", half, 1);
    net.pointwise(name + ".pw2", name + ".dw", half, half);
    net.concat(name + ".cat", passed, name + ".pw2");
    return net.add(name, new Operator.ChannelShuffle(2), name + ".cat");
  }

  @Test
  void shufflesAreReadAsTheyLie() {
    Network net = new Network(8);
    String unit1 = shuffleUnit(net, "u1", "x", 8);
    String unit2 = shuffleUnit(net, "u2", unit1, 8);
    net.pointwise("last", unit2, 8, 16);

    assertPlan(
        """
        input b0 8x14x14
        pointwise u1.pw1: b0[4:8] -> b1 4x14x14
        depthwise 3x3 s1 u1.dw: b1 -> b2 4x14x14
        pointwise u1.pw2: b2 -> b3 4x14x14
        pointwise u2.pw1: b0[2:3]+b3[2:3]+b0[3:4]+b3[3:4] -> b4 4x14x14
        depthwise 3x3 s1 u2.dw: b4 -> b5 4x14x14
        pointwise u2.pw2: b5 -> b6 4x14x14
        pointwise last: \
        b0[0:1]+b6[0:1]+b3[0:1]+b6[1:2]+b0[1:2]+b6[2:3]+b3[1:2]+b6[3:4] -> b7 16x14x14
        outputs b7
        """,
        net.planned(14, "last"));
  }

  @Test
  void stepsThatKeepTheOrderReadACopyOfAShuffle() {
    Network net = new Network(16);
    net.add("shuffle", new Operator.ChannelShuffle(2), "x");
    net.add("pool", new Operator.MaxPool(3, 2, 1), "shuffle");
    net.pointwise("pw", "shuffle", 16, 16);
    net.sum("sum", "pw", "shuffle");

    assertPlan(
        """
        input b0 16x14x14
        copy shuffle: 16 pieces of b0 -> b1 16x14x14
        max-pool 3x3 s2 pool: b1 -> b2 16x7x7
        pointwise sum: b1 -> b3 16x14x14, +b1
        outputs b2, b3
        """,
        net.planned(14, "pool", "sum").replace(pieces(0), "16 pieces of b0"));
  }

  @Test
  void depthwiseConvolutionsTakeTheChannelsOfAShuffleAsTheyLie() {
    Network net = new Network(16);
    net.add("shuffle", new Operator.ChannelShuffle(2), "x");
    net.depthwise("dw1", "shuffle", 16, 2);
    net.norm("norm", "dw1", 16);
    net.pointwise("pw", "norm", 16, 16);
    net.depthwise("dw2", "shuffle", 16, 2);
    net.sum("sum", "dw2", "pw");

    assertPlan(
        """
        input b0 16x14x14
        depthwise 3x3 s2 sorted norm: b0 -> b1 16x7x7, norm
        pointwise pw: 16 pieces of b1 -> b2 16x7x7
        copy shuffle: 16 pieces of b0 -> b3 16x14x14
        depthwise 3x3 s2 sum: b3 -> b4 16x7x7, +b2
        outputs b4
        """,
        net.planned(14, "sum")
            .replace(pieces(0), "16 pieces of b0")
            .replace(pieces(1), "16 pieces of b1"));
  }

  /** Two groups of eight channels, shuffled. */
  private static String pieces(int buffer) {
    return IntStream.range(0, 16)
        .mapToObj(c -> c % 2 * 8 + c / 2)
        .map(c -> "b%d[%d:%d]".formatted(buffer, c, c + 1))
        .collect(Collectors.joining("+"));
  }

  @Test
  void endlessGraphsAreRefused() {
    Network net = new Network(1);
    String last = "x";
    for (int i = 0; i <= 20_000; i++) {
      last = net.relu("relu" + i, last);
    }
    String output = last;

    assertThrows(UnsupportedModelException.class, () -> net.plan(1, output));
  }
}
