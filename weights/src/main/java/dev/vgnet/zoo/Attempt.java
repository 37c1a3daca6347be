package dev.vgnet.zoo;

import dev.vgnet.torch.StateDict;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A state dict read as a network of one structure, in one style.
 *
 * @param separation what the network's name says of its convolutions
 */
record Attempt(
    Family family,
    Structure structure,
    Layers layers,
    Features logits,
    BsConv separation,
    Differences differences) {

  static Attempt of(
      Family family,
      Structure structure,
      KeyStyle style,
      BsConv separation,
      Keys keys,
      StateDict stateDict) {
    Layers layers = new Layers(style, separation, Optional.of(keys));
    Features logits = structure.networks().getFirst().definition().define(layers);
    return new Attempt(
        family,
        structure,
        layers,
        logits,
        layers.separation(),
        Differences.of(layers.expected(), stateDict));
  }

  /** The same, by the ratio of a name that was asked for if that gives the very same tensors. */
  Attempt asked(String name) {
    BsConv asked = BsConv.ofName(name.toLowerCase(Locale.ROOT));
    return new Attempt(family, structure, layers, logits, layers.separation(asked), differences);
  }

  boolean fits() {
    return differences.count() == 0 && layers.contradictions().isEmpty();
  }

  /** True if most of what the network expects is there. */
  boolean isNear() {
    return 2 * differences.missing().size() < layers.expected().size();
  }

  /** What to be sorry for: each difference is an edit of a tensor. */
  int distance() {
    return differences.count() + layers.contradictions().size();
  }

  /** The name of the network of these widths, else that of the structure. */
  String name() {
    return named().map(NamedNetwork::base).orElse(structure.name() + "_custom")
        + separation.suffix();
  }

  private Optional<NamedNetwork> named() {
    return structure.networks().stream().filter(this::hasWidthsOf).findFirst();
  }

  private boolean hasWidthsOf(NamedNetwork network) {
    return widths(network).equals(layers.widths());
  }

  private Map<String, Integer> widths(NamedNetwork network) {
    Layers standard = new Layers(layers.style(), BsConv.NONE, Optional.empty());
    network.definition().define(standard);
    return standard.widths();
  }

  /**
   * Each width that is not as in the network of that name, if the structure has one: {@code
   * head.conv 960 for 1280}, and 0 where there is no such layer.
   */
  Stream<String> widthsUnlike(String name) {
    return structure.network(name).stream()
        .flatMap(asked -> unlike(layers.widths(), widths(asked)));
  }

  private static Stream<String> unlike(Map<String, Integer> found, Map<String, Integer> asked) {
    Set<String> names = new LinkedHashSet<>(found.keySet());
    names.addAll(asked.keySet());
    return names.stream()
        .filter(layer -> !Objects.equals(found.get(layer), asked.get(layer)))
        .map(
            layer ->
                "%s %d for %d"
                    .formatted(layer, found.getOrDefault(layer, 0), asked.getOrDefault(layer, 0)));
  }

  Network network() {
    return new Network(
        name(),
        layers.graph(logits),
        layers.expected(),
        Map.of(),
        structure.imageSize(),
        layers.style().preprocessing(),
        findings());
  }

  private List<String> findings() {
    List<String> findings = new ArrayList<>();
    findings.add(family.name() + " as in checkpoints of " + layers.style().name());
    if (named().isEmpty()) {
      findings.add("widths or numbers of blocks of its own: " + layers.widths().values());
    }
    separation.describe().ifPresent(findings::add);
    findings.add(logits.channels() + " classes");
    return findings;
  }
}
