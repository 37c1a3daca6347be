package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.vector.compiler.Limits;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Models of a few bytes that ask for gigabytes. */
class LimitsTest {
  private static final Random RANDOM = new Random(3);

  private static String refusal(SampleNetwork net, String output) {
    Graph graph = net.graph(output);
    Weights weights = new Weights(net.tensors);
    return assertThrows(
            UnsupportedModelException.class, () -> ProgramBuilder.build(graph, weights, 2, 1, 1))
        .getMessage();
  }

  @Test
  void absurdPaddingIsRefused() {
    SampleNetwork net = new SampleNetwork(RANDOM, 300);
    String conv = net.conv("x", 300, 1, 3, 1000, 10_000, 1, false);

    assertEquals(
        "step conv0: a padding of 10000 around 300 channels is not supported", refusal(net, conv));
  }

  @Test
  void absurdPaddingOfADepthwiseConvolutionIsRefused() {
    SampleNetwork net = new SampleNetwork(RANDOM, 300);
    String conv = net.depthwise("x", 300, 1, 3, 1000, 10_000, false);

    assertEquals(
        "step depthwise0: a padding of 10000 around 300 channels is not supported",
        refusal(net, conv));
  }

  /** Several rows at a time would be gigabytes of zeros. */
  @Test
  void wideStridesTakeRowByRow() {
    SampleNetwork net = new SampleNetwork(RANDOM, 1);
    Graph graph = net.graph(net.conv("x", 1, 4, 2, 20_000, 20_000, 1, false));
    Program program = ProgramBuilder.build(graph, new Weights(net.tensors), 2, 1, 1);

    assertTrue(program.arenaLength(2) < 1 << 20, () -> "floats: " + program.arenaLength(2));
  }

  /** One kernel that is repeated for every channel. */
  @Test
  void weightsThatFitNoArrayAreRefused() {
    SampleNetwork net = new SampleNetwork(RANDOM, 60_000);
    String conv = net.depthwise("x", 60_000, 1, 301, 1, 150, false);

    assertEquals(
        "step depthwise0: its weights take 20736 MiB as this backend packs them,"
            + " at most 8191 are supported",
        refusal(net, conv));
  }

  @Test
  void theLongestArrayIsNot() {
    assertDoesNotThrow(() -> Limits.requirePackable("step", Integer.MAX_VALUE - 1024));
    assertThrows(
        UnsupportedModelException.class,
        () -> Limits.requirePackable("step", Integer.MAX_VALUE - 1023));
  }
}
