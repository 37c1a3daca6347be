package dev.vgnet.zoo;

import static java.util.stream.Collectors.joining;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a state dict differs from what a network expects: in the order of their names, the tensors
 * that are missing, unexpected or misshapen, each with its shapes.
 */
record Differences(List<String> missing, List<String> unexpected, List<String> mismatched) {
  /** Of each kind: enough to see what they have in common, and not too much to be read. */
  private static final int MAX_LISTED = 20;

  private static final String COUNTER = ".num_batches_tracked";

  static Differences of(Map<String, Shape> expected, StateDict stateDict) {
    List<String> missing = new ArrayList<>();
    List<String> mismatched = new ArrayList<>();
    new TreeMap<>(expected)
        .forEach(
            (name, shape) -> {
              Tensor tensor = stateDict.tensors().get(name);
              if (tensor == null) {
                missing.add(name + " " + shape);
              } else {
                difference(tensor, shape).ifPresent(text -> mismatched.add(name + " " + text));
              }
            });
    List<String> unexpected =
        stateDict.tensors().keySet().stream()
            .filter(name -> !expected.containsKey(name) && !isCounter(name, expected))
            .sorted()
            .toList();
    return new Differences(missing, unexpected, mismatched);
  }

  private static Optional<String> difference(Tensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      return Optional.of("expected " + expected + ", found " + tensor.shape());
    }
    if (!tensor.dataType().isFloatingPoint()) {
      return Optional.of("expected floating-point numbers, found " + tensor.dataType());
    }
    return Optional.empty();
  }

  /** True for the counter that PyTorch keeps beside a batch norm and inference has no use for. */
  private static boolean isCounter(String name, Map<String, Shape> expected) {
    return name.endsWith(COUNTER)
        && expected.containsKey(
            name.substring(0, name.length() - COUNTER.length()) + ".running_mean");
  }

  int count() {
    return missing.size() + unexpected.size() + mismatched.size();
  }

  /**
   * @param contradictions what else does not fit
   * @throws ModelFormatException that counts the differences and contradictions and lists the first
   *     of each kind; if there are any
   */
  void requireNone(String network, List<String> contradictions) {
    List<String> problems = new ArrayList<>();
    list("missing", missing, problems);
    list("unexpected", unexpected, problems);
    list("mismatched", mismatched, problems);
    list("contradictory", contradictions, problems);
    if (!problems.isEmpty()) {
      throw new ModelFormatException(
          "state dict", "does not fit " + network + ": " + String.join("; ", problems));
    }
  }

  private static void list(String what, List<String> names, List<String> problems) {
    if (!names.isEmpty()) {
      problems.add("%d %s: %s".formatted(names.size(), what, listed(names)));
    }
  }

  /** The first of them, and how many more there are. */
  static String listed(List<String> names) {
    String first = names.stream().limit(MAX_LISTED).map("%.300s"::formatted).collect(joining(", "));
    return names.size() > MAX_LISTED
        ? first + " and %d more".formatted(names.size() - MAX_LISTED)
        : first;
  }
}
