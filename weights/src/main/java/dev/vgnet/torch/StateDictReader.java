package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Value.Mapping;
import dev.vgnet.torch.Value.TensorView;
import dev.vgnet.torch.Value.Text;
import dev.vgnet.torch.Value.UnsupportedTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the state dict in what a pickle says, loads its tensors, and tells what it did. */
final class StateDictReader {
  /** Under which names a training checkpoint keeps the moving average of the weights. */
  private static final List<String> AVERAGES =
      List.of("state_dict_ema", "model_ema", "ema_state_dict", "ema");

  /**
   * Under which name a training checkpoint keeps the network, the first that is there counts. The
   * weights that were trained come before their moving average.
   */
  private static final List<String> NESTED =
      Stream.of(
              List.of("state_dict", "model_state_dict", "model", "net"),
              AVERAGES,
              List.of("module"))
          .flatMap(List::stream)
          .toList();

  /** Beside the state dict, or in the metadata of a safetensors file: the network's name. */
  static final String ARCHITECTURE = "arch";

  /** A checkpoint in a checkpoint in a checkpoint is deep enough. */
  private static final int MAX_DEPTH = 4;

  /** What DataParallel and torch.compile put in front of every name. */
  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

  /** A scalar that PyTorch's AveragedModel keeps beside the names with {@code module.} */
  private static final String AVERAGED = "n_averaged";

  private static final int MAX_LISTED = 10;

  private final TensorLoader loader;
  private final List<String> notes = new ArrayList<>();
  private final Map<Mapping, Integer> tensorCounts = new HashMap<>();

  private StateDictReader(TensorLoader loader) {
    this.loader = loader;
  }

  /**
   * @param container what the file is, for the first note
   * @throws ModelFormatException if there is no state dict, or one of its tensors cannot be read
   */
  static StateDict read(String container, Pickle pickle, TensorLoader loader) {
    StateDictReader reader = new StateDictReader(loader);
    reader.notes.add("read from a " + container);
    Map<String, Tensor> tensors = reader.load(reader.find(pickle.root()));
    if (!pickle.placeholders().isEmpty()) {
      reader.notes.add(
          "Python objects that were not looked into: " + String.join(", ", pickle.placeholders()));
    }
    return withoutPrefixes(new StateDict(tensors, architecture(pickle.root()), reader.notes));
  }

  /** The same tensors, without the prefixes that all of their names carry but a counter's. */
  static StateDict withoutPrefixes(StateDict stateDict) {
    return removePrefixes(withoutCounter(stateDict));
  }

  /** Without what would keep the prefixes of averaged weights. */
  private static StateDict withoutCounter(StateDict stateDict) {
    Tensor counter = stateDict.tensors().get(AVERAGED);
    if (counter == null || counter.shape().rank() > 0 || stateDict.tensors().size() == 1) {
      return stateDict;
    }
    Map<String, Tensor> others = new LinkedHashMap<>(stateDict.tensors());
    others.remove(AVERAGED);
    List<String> notes = new ArrayList<>(stateDict.notes());
    notes.add("left out, as it counts the weights averaged: " + Printable.quoted(AVERAGED));
    return new StateDict(others, stateDict.architecture(), notes);
  }

  private static StateDict removePrefixes(StateDict stateDict) {
    Map<String, Tensor> tensors = stateDict.tensors();
    int length = 0;
    for (int more = prefixLength(tensors.keySet(), 0);
        more > 0;
        more = prefixLength(tensors.keySet(), length)) {
      length += more;
    }
    if (length == 0) {
      return stateDict;
    }
    int start = length;
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> renamed.put(name.substring(start), tensor));
    String removed = tensors.keySet().iterator().next().substring(0, start);
    List<String> notes = new ArrayList<>(stateDict.notes());
    notes.add("removed %s in front of every name".formatted(Printable.quoted(removed)));
    return new StateDict(renamed, stateDict.architecture(), notes);
  }

  private static Optional<String> architecture(Value checkpoint) {
    return checkpoint instanceof Mapping mapping
            && mapping.entries().get(ARCHITECTURE) instanceof Text(String name)
        ? Optional.of(name)
        : Optional.empty();
  }

  /** How long the prefix is that all names have from {@code start} on; 0 if they have none. */
  private static int prefixLength(Set<String> names, int start) {
    return PREFIXES.stream()
        .filter(prefix -> names.stream().allMatch(name -> name.startsWith(prefix, start)))
        .mapToInt(String::length)
        .findFirst()
        .orElse(0);
  }

  private Mapping find(Value root) {
    if (!(root instanceof Mapping mapping)) {
      throw new ModelFormatException(
          "checkpoint", "expected a dict of tensors, found one " + root.typeName());
    }
    List<String> path = new ArrayList<>();
    List<String> others = tensorsBeside(mapping);
    do {
      List<String> candidates = candidates(mapping, MAX_DEPTH - 1 - path.size());
      if (candidates.isEmpty()) {
        return mapping;
      }
      path.add(candidates.getFirst());
      others.addAll(candidates.subList(1, candidates.size()));
      mapping = (Mapping) mapping.entries().get(candidates.getFirst());
    } while (!holdsTensors(mapping));
    notes.add("the state dict is the entry " + Printable.quoted(String.join(".", path)));
    noteAll("passed over, though there are tensors:", others);
    return mapping;
  }

  /** Names such as {@code best_acc1}, which some trainers keep as a tensor. */
  private static List<String> tensorsBeside(Mapping checkpoint) {
    List<String> names = new ArrayList<>();
    checkpoint
        .entries()
        .forEach(
            (name, value) -> {
              if (isTensor(value)) {
                names.add(name);
              }
            });
    return names;
  }

  private List<String> candidates(Mapping mapping, int steps) {
    return NESTED.stream().filter(name -> leadsToNetwork(name, mapping, steps)).toList();
  }

  /**
   * True if an entry leads to tensors in so many steps, and not to an average of those that are
   * beside it: far fewer, such as a trainer's best accuracy, are no network.
   */
  private boolean leadsToNetwork(String name, Mapping mapping, int steps) {
    int beside = AVERAGES.contains(name) ? tensorCount(mapping) : 0;
    return firstHoldingTensors(mapping.entries().get(name), steps)
        .filter(found -> 2 * beside < tensorCount(found))
        .isPresent();
  }

  /** A dict if it holds tensors, else the first that does of those it leads to in so many steps. */
  private Optional<Mapping> firstHoldingTensors(Value value, int steps) {
    if (!(value instanceof Mapping mapping)) {
      return Optional.empty();
    }
    if (holdsTensors(mapping)) {
      return Optional.of(mapping);
    }
    return NESTED.stream()
        .limit(steps > 0 ? NESTED.size() : 0)
        .flatMap(name -> firstHoldingTensors(mapping.entries().get(name), steps - 1).stream())
        .findFirst();
  }

  private boolean holdsTensors(Mapping mapping) {
    return tensorCount(mapping) > 0;
  }

  /** Looks at the entries of each dict once, however many ways there are to it. */
  private int tensorCount(Mapping mapping) {
    return tensorCounts.computeIfAbsent(
        mapping,
        m ->
            Math.toIntExact(
                m.entries().values().stream().filter(StateDictReader::isTensor).count()));
  }

  private static boolean isTensor(Value value) {
    return value instanceof TensorView || value instanceof UnsupportedTensor;
  }

  private Map<String, Tensor> load(Mapping stateDict) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    stateDict
        .entries()
        .forEach(
            (name, value) -> {
              String where = "tensor " + Printable.quoted(name);
              switch (value) {
                case TensorView view -> tensors.put(name, loader.load(where, view));
                case UnsupportedTensor(String kind) ->
                    throw new ModelFormatException(where, "is a " + kind + ", which is not read");
                default -> others.add(name);
              }
            });
    if (tensors.isEmpty()) {
      throw new ModelFormatException(
          "checkpoint",
          "has no tensors at its top or in one of %s; %s"
              .formatted(
                  NESTED, others.isEmpty() ? "it is empty" : "its entries are " + listed(others)));
    }
    noteAll("left out, as they are no tensors:", others);
    return tensors;
  }

  private void noteAll(String what, List<String> names) {
    if (!names.isEmpty()) {
      notes.add(what + " " + listed(names));
    }
  }

  private static String listed(List<String> names) {
    String start =
        names.stream().limit(MAX_LISTED).map(Printable::quoted).collect(Collectors.joining(", "));
    return names.size() <= MAX_LISTED
        ? start
        : start + " and %d more".formatted(names.size() - MAX_LISTED);
  }
}
