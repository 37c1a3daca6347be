package dev.vgnet.zoo;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Compares a state dict with what a network expects. */
final class StateDictCheck {
  private static final String COUNTER = ".num_batches_tracked";

  private StateDictCheck() {}

  /**
   * @throws ModelFormatException that lists every tensor that is missing, unexpected or misshapen
   */
  static void check(Network network, StateDict stateDict) {
    List<String> missing = new ArrayList<>();
    List<String> mismatched = new ArrayList<>();
    new TreeMap<>(network.expected())
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
            .filter(name -> !network.expected().containsKey(name) && !isCounter(name, network))
            .sorted()
            .toList();

    List<String> problems = new ArrayList<>();
    list("missing", missing, problems);
    list("unexpected", unexpected, problems);
    list("mismatched", mismatched, problems);
    if (!problems.isEmpty()) {
      throw new ModelFormatException(
          "state dict", "does not fit " + network.name() + ": " + String.join("; ", problems));
    }
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
  private static boolean isCounter(String name, Network network) {
    return name.endsWith(COUNTER)
        && network
            .expected()
            .containsKey(name.substring(0, name.length() - COUNTER.length()) + ".running_mean");
  }

  private static void list(String what, List<String> names, List<String> problems) {
    if (!names.isEmpty()) {
      problems.add("%d %s: %s".formatted(names.size(), what, String.join(", ", names)));
    }
  }
}
