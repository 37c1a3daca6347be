package dev.vgnet.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShapeInferenceTest {
  private final GraphBuilder builder = new GraphBuilder("x", 3);
  private final Map<String, Shape> tensors = new HashMap<>();

  private void assertRefused(String expected, String output, int size) {
    Graph graph = builder.build(output);
    ModelFormatException e =
        assertThrows(
            ModelFormatException.class, () -> ShapeInference.infer(graph, tensors, size, size));
    assertEquals(expected, e.getMessage());
  }

  @Test
  void refusesPoolsOfPaddingAlone() {
    builder.add("pool", new Operator.MaxPool(3, 1, 2), "x");
    assertRefused("node pool (MaxPool): padding exceeds half the kernel", "pool", 8);
  }

  @Test
  void refusesImagesThatNoArrayHolds() {
    builder.add("flat", new Operator.Flatten(), "x");
    assertRefused(
        "input x: is [3, 30000, 30000], more elements than an array holds", "flat", 30_000);
    assertRefused(
        "input x: shape [3, 2147483647, 2147483647] is too large", "flat", Integer.MAX_VALUE);
  }

  @Test
  void refusesValuesThatNoArrayHolds() {
    builder.add("pool", new Operator.AdaptiveAveragePool(30_000), "x");
    assertRefused(
        "node pool (AdaptiveAveragePool): is [3, 30000, 30000], more elements than an array holds",
        "pool",
        8);
  }

  @Test
  void refusesMapsOfCountlessChannels() {
    String last = "x";
    for (int i = 0; i < 15; i++) {
      last = builder.add("double" + i, new Operator.Concat(), last, last);
    }
    assertRefused(
        "node double14 (Concat): is [98304, 1, 1], at most 65536 channels are supported", last, 1);
  }

  @Test
  void acceptsVectorsOfAnyLength() {
    builder.add("flat", new Operator.Flatten(), "x");
    assertEquals(
        Shape.of(270_000),
        ShapeInference.infer(builder.build("flat"), tensors, 300, 300).get("flat"));
  }

  @Test
  void printsNoControlCharactersOfFiles() {
    String name = "a\u001b[2J\nb";
    builder.add(name, new Operator.Conv2d(name, Optional.empty(), 1, 0, 1), "x");
    String where = "node a\\u001b[2J\\u000ab (Conv2d): ";
    assertRefused(where + "tensor a\\u001b[2J\\u000ab is missing", name, 8);
    tensors.put(name, Shape.of(3));
    assertRefused(where + "weight a\\u001b[2J\\u000ab is no set of square kernels: [3]", name, 8);
    tensors.put(name, Shape.of(4, 4, 1, 1));
    assertRefused(
        where + "weight a\\u001b[2J\\u000ab [4, 4, 1, 1] does not fit 3 channels in 1 groups",
        name,
        8);
  }
}
