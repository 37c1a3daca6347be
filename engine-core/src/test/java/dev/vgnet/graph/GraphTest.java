package dev.vgnet.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.ModelFormatException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphTest {
  private static final Operator OPERATOR = new Operator.Flatten();

  @ParameterizedTest
  @CsvSource({
    "x\ud800, y, w, input x\\ud800: half a surrogate pair in the name x\\ud800",
    "x, \udc00y, w, node \\udc00y (Conv2d): half a surrogate pair in the name \\udc00y",
    "x, y, \ud800w, node y (Conv2d): half a surrogate pair in the name \\ud800w"
  })
  void refusesNamesThatNoFileHolds(String input, String name, String weight, String message) {
    Operator operator = new Operator.Conv2d(weight, Optional.empty(), 1, 0, 1);
    List<Node> nodes = List.of(new Node(name, operator, List.of(input)));
    ModelFormatException e =
        assertThrows(ModelFormatException.class, () -> new Graph(input, 3, nodes, List.of(name)));
    assertEquals(message, e.getMessage());
  }

  @Test
  void hasNoNulls() {
    Optional<String> none = Optional.empty();
    List<Executable> constructors =
        List.of(
            () -> new Graph(null, 3, List.of(), List.of("y")),
            () -> new Node(null, OPERATOR, List.of("x")),
            () -> new Node("y", null, List.of("x")),
            () -> new Operator.Activation(null),
            () -> new Operator.Conv2d(null, none, 1, 0, 1),
            () -> new Operator.Conv2d("w", null, 1, 0, 1),
            () -> new Operator.DepthwiseConv2d(null, none, 1, 0, false),
            () -> new Operator.DepthwiseConv2d("w", null, 1, 0, false),
            () -> new Operator.BatchNorm(null, "b", "m", "v", 0),
            () -> new Operator.BatchNorm("w", null, "m", "v", 0),
            () -> new Operator.BatchNorm("w", "b", null, "v", 0),
            () -> new Operator.BatchNorm("w", "b", "m", null, 0),
            () -> new Operator.Linear(null, none),
            () -> new Operator.Linear("w", null));
    constructors.forEach(each -> assertThrows(NullPointerException.class, each));
  }
}
