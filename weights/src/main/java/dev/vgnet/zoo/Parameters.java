package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The tensors that a network under construction expects, and its widths: the definition's, or where
 * a checkpoint is read those that most of its tensors tell.
 */
final class Parameters {
  /** No network is wider; and so the shapes of a hostile checkpoint's network can be counted. */
  private static final int MAX_WIDTH = 1 << 18;

  private final Optional<Keys> checkpoint;
  private final Map<String, Shape> expected = new TreeMap<>();
  private final Map<String, Integer> widths = new LinkedHashMap<>();

  Parameters(Optional<Keys> checkpoint) {
    this.checkpoint = checkpoint;
  }

  /**
   * Notes that the checkpoint must hold a tensor.
   *
   * @return its name
   */
  String expect(String tensor, int... extents) {
    expected.put(tensor, Shape.of(extents));
    return tensor;
  }

  /** Notes that it must hold the weights, biases, means and variances of a batch norm. */
  void expectNorm(String module, int channels) {
    normTensors(module).forEach(tensor -> expect(tensor, channels));
  }

  /** True if a module of that name has a tensor in the checkpoint. */
  boolean has(String module) {
    return checkpoint.map(keys -> keys.anyInside(module)).orElse(false);
  }

  boolean readsCheckpoint() {
    return checkpoint.isPresent();
  }

  /** Starts to ask for a width. */
  Width width() {
    return new Width();
  }

  /** Notes a width that sets networks apart. */
  void note(String layer, int width) {
    widths.put(layer, width);
  }

  Map<String, Shape> expected() {
    return expected;
  }

  Map<String, Integer> widths() {
    return widths;
  }

  /** The names that a norm of any epsilon has. */
  private static List<String> normTensors(String module) {
    return BatchNorm.of(module, 0).tensors();
  }

  /** A width, and the tensors that tell it. */
  final class Width {
    private final Optional<Keys.Votes> votes = checkpoint.map(Keys::votes);

    Width of(String tensor, int dimension) {
      votes.ifPresent(v -> v.add(tensor, dimension));
      return this;
    }

    /** The width of a batch norm, if there is one. */
    Width ofNorm(Optional<String> module) {
      module.ifPresent(name -> normTensors(name).forEach(tensor -> of(tensor, 0)));
      return this;
    }

    /** The channels between two layers with bias. */
    Width between(String first, String second) {
      votes.ifPresent(v -> v.addBetween(first, second));
      return this;
    }

    /** What most tensors tell, or else the definition's. */
    int or(int standard) {
      OptionalInt winner = votes.map(Keys.Votes::winner).orElse(OptionalInt.empty());
      int width = winner.orElse(standard);
      return width < 1 || width > MAX_WIDTH ? standard : width;
    }
  }
}
