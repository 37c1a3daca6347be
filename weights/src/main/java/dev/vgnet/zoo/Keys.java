package dev.vgnet.zoo;

import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the keys and shapes of a state dict say, also where some of them are wrong. */
final class Keys {
  private final Map<String, Tensor> tensors;
  private final NavigableSet<String> sorted;

  Keys(StateDict stateDict) {
    this.tensors = stateDict.tensors();
    this.sorted = new TreeSet<>(tensors.keySet());
  }

  boolean contains(String key) {
    return tensors.containsKey(key);
  }

  /** True if a key matches as a whole. */
  boolean anyMatch(Pattern pattern) {
    return tensors.keySet().stream().anyMatch(key -> pattern.matcher(key).matches());
  }

  /** True if a key ends so. */
  boolean anyEndsWith(String end) {
    return tensors.keySet().stream().anyMatch(key -> key.endsWith(end));
  }

  /** True if some key ends so, and there is one that ends otherwise but begins alike. */
  boolean anySiblings(String end, String otherEnd) {
    return tensors.keySet().stream()
        .filter(key -> key.endsWith(end))
        .anyMatch(key -> contains(key.substring(0, key.length() - end.length()) + otherEnd));
  }

  /** True if a module of that name has a tensor. */
  boolean anyInside(String module) {
    String first = sorted.ceiling(module + ".");
    return first != null && first.startsWith(module + ".");
  }

  /** The largest number that the pattern's only group matches, if it ever does. */
  OptionalInt largestIndex(Pattern pattern) {
    return tensors.keySet().stream()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
        .max();
  }

  /** The tensor, if it is there and has that shape but for the number of kernels. */
  Optional<Tensor> depthwiseKernels(String key) {
    return Optional.ofNullable(tensors.get(key))
        .filter(tensor -> tensor.shape().rank() == 4 && tensor.shape().elementCount() > 0)
        .filter(tensor -> tensor.shape().equals(Shape.of(tensor.shape().extent(0), 1, 3, 3)));
  }

  /** Collects what tensors say of one width. */
  Votes votes() {
    return new Votes();
  }

  /** The extents that should all be one width; where they differ, most of them are right. */
  final class Votes {
    private final List<Integer> extents = new ArrayList<>();

    Votes add(String key, int dimension) {
      Tensor tensor = tensors.get(key);
      if (tensor != null && tensor.shape().rank() > dimension) {
        extents.add(tensor.shape().extent(dimension));
      }
      return this;
    }

    /** What layers with bias say of the channels between them, the first's outputs. */
    Votes addBetween(String first, String second) {
      return add(first + ".weight", 0).add(first + ".bias", 0).add(second + ".weight", 1);
    }

    /** The most frequent extent, if a tensor was there at all. */
    OptionalInt winner() {
      Map<Integer, Integer> counts = new LinkedHashMap<>();
      extents.forEach(extent -> counts.merge(extent, 1, Integer::sum));
      return counts.entrySet().stream()
          .max(Map.Entry.comparingByValue())
          .map(entry -> OptionalInt.of(entry.getKey()))
          .orElse(OptionalInt.empty());
    }
  }
}
