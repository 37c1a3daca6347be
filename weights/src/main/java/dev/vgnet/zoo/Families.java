package dev.vgnet.zoo;

import dev.vgnet.error.Providers;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.torch.StateDict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The networks of every {@link Family} that can be found. */
final class Families implements Architecture {
  private static final System.Logger LOGGER = System.getLogger(Families.class.getName());

  private final List<Family> families;

  Families(List<Family> families) {
    this.families = families;
  }

  /** Those that the class loader of the zoo finds, its own among them. */
  static Families found() {
    ServiceLoader<Family> loader = ServiceLoader.load(Family.class, Family.class.getClassLoader());
    return new Families(Providers.load(loader.iterator(), "a family of networks", LOGGER));
  }

  @Override
  public Stream<String> families() {
    return families.stream().map(Family::name);
  }

  @Override
  public Stream<String> names() {
    return structures().flatMap(structure -> structure.networks().stream()).map(NamedNetwork::name);
  }

  @Override
  public List<ArchitectureInfo> catalogue() {
    List<ArchitectureInfo> infos = new ArrayList<>();
    for (Family family : families) {
      for (Structure structure : family.structures()) {
        structure.networks().forEach(network -> infos.add(info(family, structure, network)));
      }
    }
    return infos;
  }

  private static ArchitectureInfo info(Family family, Structure structure, NamedNetwork network) {
    List<GraphStatistics> statistics =
        structure.styles().stream().map(style -> statistics(structure, network, style)).toList();
    GraphStatistics first = statistics.getFirst();
    StringJoiner notes = new StringJoiner("; ");
    if (!network.notes().isEmpty()) {
      notes.add(network.notes());
    }
    for (int i = 1; i < statistics.size(); i++) {
      if (statistics.get(i).parameters() != first.parameters()) {
        notes.add(
            String.format(
                Locale.ROOT,
                "%,d parameters in checkpoints of %s",
                statistics.get(i).parameters(),
                structure.styles().get(i).name()));
      }
    }
    return new ArchitectureInfo(
        network.name(),
        family.name(),
        structure.imageSize(),
        first.parameters(),
        first.multiplyAccumulates(),
        network.reported(),
        notes.toString());
  }

  private static GraphStatistics statistics(
      Structure structure, NamedNetwork network, KeyStyle style) {
    Network built = built(structure, network, style);
    int side = structure.imageSize();
    return GraphStatistics.of(built.graph(), built.expected(), side, side);
  }

  private static Network built(Structure structure, NamedNetwork network, KeyStyle style) {
    Layers layers = new Layers(style, network.bsConv(), Optional.empty());
    Features logits = network.definition().define(layers);
    return new Network(
        network.name(),
        layers.graph(logits),
        layers.expected(),
        Map.of(),
        structure.imageSize(),
        style.preprocessing(),
        List.of());
  }

  @Override
  public Optional<StateDict> randomStateDict(String name, long seed) {
    return network(name, 0).map(network -> RandomWeights.of(network, Map.of(), seed));
  }

  /**
   * A network of the catalogue, or one with its convolutions separated if none has that name.
   *
   * @param style index of the style
   */
  Optional<Network> network(String name, int style) {
    BsConv separation = BsConv.ofName(name);
    return network(name, style, network -> network)
        .or(() -> network(name, style, network -> network.with(separation, "")));
  }

  private Optional<Network> network(
      String name, int style, UnaryOperator<NamedNetwork> transformation) {
    for (Family family : families) {
      for (Structure structure : family.structures()) {
        for (NamedNetwork network : structure.networks()) {
          NamedNetwork transformed = transformation.apply(network);
          if (transformed.name().equals(name)) {
            return Optional.of(built(structure, transformed, structure.styles().get(style)));
          }
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<Network> recognise(StateDict stateDict, ImportOptions options) {
    Keys keys = new Keys(stateDict);
    List<Attempt> attempts = attempts(stateDict, keys);
    List<Attempt> fitting = attempts.stream().filter(Attempt::fits).toList();
    if (!fitting.isEmpty()) {
      Network network = chosen(fitting, options).network();
      if (options.activation().isPresent() || options.squeezeExciteActivation().isPresent()) {
        throw new UnsupportedModelException(
            network.name() + " has activations of its own, no others");
      }
      return Optional.of(network);
    }
    Optional<Attempt> nearest = nearest(attempts, options.architecture().orElse(""));
    nearest.map(near -> List.of(near.family())).orElse(families).stream()
        .flatMap(family -> family.refusal(stateDict).stream())
        .findFirst()
        .ifPresent(
            reason -> {
              throw new UnsupportedModelException(reason);
            });
    nearest.ifPresent(
        near -> near.differences().requireNone(near.name(), near.layers().contradictions()));
    return Optional.empty();
  }

  /** Of those that are near, one of the network that was asked for if there is any. */
  private static Optional<Attempt> nearest(List<Attempt> attempts, String asked) {
    return attempts.stream()
        .filter(Attempt::isNear)
        .min(
            Comparator.comparing((Attempt near) -> near.structure().network(asked).isEmpty())
                .thenComparingInt(Attempt::distance));
  }

  private List<Attempt> attempts(StateDict stateDict, Keys keys) {
    Set<BsConv> separations = new LinkedHashSet<>(List.of(BsConv.NONE, BsConv.ofKeys(keys)));
    List<Attempt> attempts = new ArrayList<>();
    for (Family family : families) {
      for (Structure structure : family.structures()) {
        for (KeyStyle style : structure.styles()) {
          for (BsConv separation : separations) {
            attempts.add(Attempt.of(family, structure, style, separation, keys, stateDict));
          }
        }
      }
    }
    return attempts;
  }

  /** The one that was asked for, or the only one there is. */
  private static Attempt chosen(List<Attempt> fitting, ImportOptions options) {
    Map<String, Attempt> byName =
        fitting.stream()
            .collect(Collectors.toMap(Attempt::name, attempt -> attempt, (first, _) -> first));
    String names = byName.keySet().stream().sorted().collect(Collectors.joining(" and "));
    if (options.architecture().isPresent()) {
      String asked = options.architecture().get();
      return fitting.stream()
          .map(attempt -> attempt.asked(asked))
          .filter(attempt -> attempt.name().equalsIgnoreCase(asked))
          .findFirst()
          .orElseThrow(
              () ->
                  OtherNetwork.refusal(
                      names,
                      asked,
                      fitting.stream().flatMap(attempt -> attempt.widthsUnlike(asked)).toList()));
    }
    if (byName.size() > 1) {
      throw OtherNetwork.ambiguity(names);
    }
    return byName.values().iterator().next();
  }

  /** The structures of all of them. */
  Stream<Structure> structures() {
    return families.stream().flatMap(family -> family.structures().stream());
  }
}
