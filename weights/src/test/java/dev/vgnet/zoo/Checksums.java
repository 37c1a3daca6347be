package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** The checksums of all values of a network. */
final class Checksums {
  private final Map<String, Checksum> byNode = new HashMap<>();

  Checksums(Map<String, double[]> values) {
    values.forEach((node, numbers) -> byNode.put(node, Checksum.of(numbers)));
  }

  /**
   * Fails, with the nearest value, unless one has the checksum of a PyTorch module's output. Nodes
   * have names of their own, so the checksum itself finds them.
   *
   * @param tolerance relative to the root mean square
   */
  void requireOneOf(GoldenCase.Stage stage, double tolerance) {
    Map.Entry<String, Checksum> nearest =
        byNode.entrySet().stream()
            .min(Comparator.comparingDouble(entry -> entry.getValue().distance(stage)))
            .orElseThrow();
    double distance = nearest.getValue().distance(stage);
    assertTrue(
        distance <= tolerance,
        () -> "%s: no value nearer than %s, by %s".formatted(stage, nearest, distance));
  }
}
