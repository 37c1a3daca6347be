package dev.vgnet.graph;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GraphTest {
  private static final Operator OPERATOR = new Operator.Flatten();

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
