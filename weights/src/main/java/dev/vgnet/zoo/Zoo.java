package dev.vgnet.zoo;

import static java.util.stream.Collectors.joining;

import dev.vgnet.error.ImageShapeException;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The networks that checkpoints can be imported as. */
public final class Zoo {
  /** Twenty times what DenseNet-121 has; more would only keep recognition busy. */
  private static final int MAX_TENSORS = 1 << 14;

  private static final int KEYS_SHOWN = 5;
  private static final int THUMBNAIL_SIZE = 32;

  private static final List<Architecture> FAMILIES = List.of(new VgNet(), Families.found());

  private Zoo() {}

  /** Every network that has a name, each of them built and counted. */
  public static List<ArchitectureInfo> architectures() {
    return FAMILIES.stream().flatMap(family -> family.catalogue().stream()).toList();
  }

  /** The names of the same networks, in the same order. */
  public static List<String> names() {
    return FAMILIES.stream().flatMap(Architecture::names).toList();
  }

  /**
   * Recognises a network from the keys and shapes of its state dict and builds the model.
   *
   * @param checkpoint the checkpoint file: its name is for the model's metadata, and the folders of
   *     its path, and of the file's that it links to if it is there, may say what it is, too
   * @param sha256 its SHA-256 in lower-case hexadecimal, for the same; empty if it is not known
   * @throws UnsupportedModelException if the state dict is of no network in the zoo, of another
   *     than the options name, or of several while they name none; if it has more tensors than any
   *     network, or something names it as one of timm's {@code tf_} networks, which pad otherwise
   * @throws ModelFormatException if tensors are missing, left over or of the wrong shape: the
   *     message counts them and lists the first of each kind; or if a number is not finite in
   *     float32, or a variance negative: the message says where
   * @throws ImageShapeException if the network does not accept images of the size that was asked
   *     for
   */
  public static ImportedModel importStateDict(
      StateDict stateDict, String checkpoint, String sha256, ImportOptions options) {
    Path file = Path.of(checkpoint);
    TensorFlowPadding.refuse(stateDict, file, options);
    Network network = recognise(stateDict, options);
    int size = options.imageSize().orElse(network.imageSize());
    Metadata metadata =
        new Metadata(
            preprocessing(network, size),
            List.of(),
            new Metadata.Source(file.getFileName().toString(), sha256, network.name()));
    List<String> findings = new ArrayList<>(network.findings());
    findings.add("input %d x %d".formatted(size, size));
    Map<String, Tensor> tensors = tensors(network, stateDict);
    requireSize(network, tensors, size);
    WeightCheck.require(network.graph(), tensors);
    return new ImportedModel(
        new ModelFile(network.graph(), tensors, metadata), network.name(), findings);
  }

  /** Says of a size that is too small what a model file of it would say of the network. */
  private static void requireSize(Network network, Map<String, Tensor> tensors, int size) {
    try {
      ShapeInference.infer(network.graph(), Tensor.shapes(tensors), size, size);
    } catch (ModelFormatException e) {
      throw new ImageShapeException(
          "%s does not accept images of %d x %d: %s"
              .formatted(network.name(), size, size, e.getMessage()),
          e);
    }
  }

  /**
   * What a checkpoint of a network might hold before any training, for benchmarks: the paper's
   * generation and number of classes, its fixed kernels and otherwise random weights.
   *
   * @param name as {@link #architectures} lists it
   * @throws UnsupportedModelException if no network has that name
   */
  public static StateDict randomStateDict(String name, long seed) {
    return FAMILIES.stream()
        .flatMap(family -> family.randomStateDict(name, seed).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    "no network is called %s; %s".formatted(Printable.shortened(name), known())));
  }

  private static String known() {
    return "known are networks of %s: see vgnet list"
        .formatted(FAMILIES.stream().flatMap(Architecture::families).collect(joining(", ")));
  }

  private static Network recognise(StateDict stateDict, ImportOptions options) {
    int count = stateDict.tensors().size();
    if (count > MAX_TENSORS) {
      throw new UnsupportedModelException(
          "has %,d tensors, more than any network: at most %,d are looked at"
              .formatted(count, MAX_TENSORS));
    }
    for (Architecture family : FAMILIES) {
      var network = family.recognise(stateDict, options);
      if (network.isPresent()) {
        return network.get();
      }
    }
    List<String> keys =
        stateDict.tensors().keySet().stream().limit(KEYS_SHOWN).map(Printable::shortened).toList();
    throw new UnsupportedModelException(
        "the keys are of no known network; %s; the %d keys begin with %s"
            .formatted(known(), count, keys));
  }

  /**
   * As the network's style has it, but thumbnails are used whole, and what the network normalises
   * itself is not normalised before (as BSConv's authors train their models).
   */
  private static Preprocessing preprocessing(Network network, int size) {
    Preprocessing own = network.preprocessing().apply(size);
    boolean raw = normalisesImages(network.graph());
    return new Preprocessing(
        network.imageSize() > THUMBNAIL_SIZE ? own.resize() : size,
        size,
        own.interpolation(),
        raw ? List.of(0.0, 0.0, 0.0) : own.mean(),
        raw ? List.of(1.0, 1.0, 1.0) : own.std());
  }

  private static boolean normalisesImages(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.inputs().contains(graph.input()))
        .allMatch(node -> node.operator() instanceof BatchNorm);
  }

  /** The tensors that the graph reads, as stored where they are stored. */
  private static Map<String, Tensor> tensors(Network network, StateDict stateDict) {
    Map<String, Tensor> tensors = new HashMap<>();
    network
        .graph()
        .nodes()
        .forEach(
            node ->
                node.operator()
                    .tensors()
                    .forEach(name -> tensors.put(name, tensor(name, network, stateDict))));
    return tensors;
  }

  private static Tensor tensor(String name, Network network, StateDict stateDict) {
    var derivation = network.derived().get(name);
    return derivation == null
        ? stateDict.tensors().get(name)
        : derivation.function().apply(stateDict.tensors().get(derivation.source()));
  }
}
