package dev.vgnet.zoo;

import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.VgNetConfig.Downsampling;
import dev.vgnet.zoo.VgNetConfig.Filters;
import dev.vgnet.zoo.VgNetConfig.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Tells from the keys, shapes and fixed kernels of a state dict which VGNet it is. */
final class VgNetReader {
  private static final Pattern STEM = Pattern.compile("features\\.stem\\..*");
  private static final Pattern BLOCK = Pattern.compile("features\\.stage[1-4]\\.0\\.conv1x1\\..*");
  private static final Pattern SQUEEZE_EXCITE =
      Pattern.compile(".*\\.conv1x1\\.1\\.(reduce|expand)\\..*");
  private static final Pattern SIGMA = Pattern.compile(".*\\.downsample\\.sigma");
  private static final Pattern FIXED_FILTERS = Pattern.compile(".*\\.half3x3\\.[01]\\..*");
  private static final Pattern EARLY_TAIL = Pattern.compile("features\\.last\\..*");
  private static final Pattern SHARED_TAIL = Pattern.compile(".*\\.mux\\.weight");
  private static final Pattern FIXED_TAIL =
      Pattern.compile("features\\.(stage4\\.\\d+|last)\\.(1\\.running_mean|2\\.0\\.weight)");
  private static final Pattern PUBLIC_CLASSIFIER = Pattern.compile("classifier\\.1\\..*");

  private final Keys keys;
  private final ImportOptions options;

  private VgNetReader(Keys keys, ImportOptions options) {
    this.keys = keys;
    this.options = options;
  }

  /** The VGNet that a state dict holds, or empty if it is of another family. */
  static Optional<Network> read(StateDict stateDict, ImportOptions options) {
    Keys keys = new Keys(stateDict);
    return keys.anyMatch(STEM) && keys.anyMatch(BLOCK)
        ? Optional.of(new VgNetReader(keys, options).read(stateDict))
        : Optional.empty();
  }

  private Network read(StateDict stateDict) {
    VgNetGeneration generation = generation();
    VgNetWidths widths =
        new VgNetWidths(
            keys,
            keys.anyMatch(SQUEEZE_EXCITE) ? ".conv1x1.0.0.weight" : ".conv1x1.0.weight",
            generation.classifier);
    VgNetConfig config = config(generation, widths);
    String name = name(config);
    Network network =
        VgNetDefinition.network(name, config, widths::squeezed, findings(name, config, generation));
    Differences.of(network.expected(), stateDict).requireNone(name, List.of());
    requireAsked(name, config);
    return network;
  }

  /** Compares what was found with the options, and asks for one that is needed. */
  private void requireAsked(String name, VgNetConfig config) {
    if (options.squeezeExciteActivation().isPresent() && !config.squeezeExcite()) {
      throw new UnsupportedModelException(
          name + " has no squeeze-excite, and so no activation inside it to choose");
    }
    if (options.architecture().isEmpty() && config.downsampling() == Downsampling.LEARNED) {
      throw OtherNetwork.ambiguity(name + " and " + name + VgNet.THUMBNAIL);
    }
    if (!options.architecture().orElse(name).equalsIgnoreCase(name)) {
      throw OtherNetwork.refusal(
          "%s, with channels %s and layers %s".formatted(name, config.channels(), config.layers()),
          options.architecture().get(),
          List.of());
    }
  }

  private VgNetConfig config(VgNetGeneration generation, VgNetWidths widths) {
    List<Integer> layers = stages().map(this::layers).toList();
    Tail tail = tail();
    Downsampling downsampling = downsampling();
    return new VgNetConfig(
        widths.channels(layers, tail),
        layers,
        downsampling,
        keys.anyMatch(FIXED_FILTERS) ? Filters.FIXED : Filters.LEARNED,
        tail,
        keys.anyMatch(SQUEEZE_EXCITE),
        isThumbnail(downsampling),
        options.activation().orElse(generation.activation),
        options.squeezeExciteActivation().orElse(generation.squeezeExciteActivation),
        keys.anyMatch(EARLY_TAIL) ? "features.last" : VgNet.tailName(layers),
        generation.classifier,
        widths.classes());
  }

  /** The classifier tells, or where it is missing the tail. */
  private VgNetGeneration generation() {
    if (keys.anyMatch(SIGMA)) {
      return VgNetGeneration.MIDDLE;
    }
    boolean isPublic =
        keys.anyInside("classifier") ? keys.anyMatch(PUBLIC_CLASSIFIER) : tail() == Tail.OWN;
    return isPublic ? VgNetGeneration.PUBLIC : VgNetGeneration.PAPER;
  }

  /** The blocks of a stage. More than a thousand are no network, so longer numbers do not count. */
  private int layers(int stage) {
    Pattern block =
        Pattern.compile("features\\.stage" + stage + "\\.(\\d{1,3})\\.(half3x3|conv1x1)\\..*");
    return 1 + keys.largestIndex(block).orElse(0);
  }

  private Tail tail() {
    if (keys.anyMatch(SHARED_TAIL)) {
      return Tail.SHARED;
    }
    return keys.anyMatch(FIXED_TAIL) ? Tail.FIXED : Tail.OWN;
  }

  private Downsampling downsampling() {
    if (keys.anyMatch(SIGMA)) {
      return Downsampling.GAUSSIAN_BY_SIGMA;
    }
    List<Integer> learned = stages().filter(stage -> hasDownsampling(stage, false)).toList();
    List<Integer> gaussian = stages().filter(stage -> hasDownsampling(stage, true)).toList();
    boolean halvesAsLearned = learned.stream().anyMatch(stage -> stage > 1);
    if (gaussian.isEmpty() && (halvesAsLearned || !keys.anyMatch(FIXED_FILTERS))) {
      return Downsampling.LEARNED;
    }
    if (halvesAsLearned) {
      throw new UnsupportedModelException(
          "the downsampling kernels of stages %s are Gaussians, those of stages %s are not"
              .formatted(gaussian, learned));
    }
    return Downsampling.GAUSSIAN;
  }

  /**
   * Strides leave no trace in shapes, but only kernels of stride 1 are learned beside Gaussians.
   */
  private boolean isThumbnail(Downsampling downsampling) {
    return downsampling == Downsampling.LEARNED
        ? options.architecture().orElse("").toLowerCase(Locale.ROOT).endsWith(VgNet.THUMBNAIL)
        : hasDownsampling(1, false);
  }

  private boolean hasDownsampling(int stage, boolean gaussian) {
    return keys.depthwiseKernels("features.stage" + stage + ".0.downsample.weight")
        .filter(kernels -> GaussianKernel.isRepeatedIn(kernels) == gaussian)
        .isPresent();
  }

  private String name(VgNetConfig config) {
    return VgNet.name(
        variant(config),
        VgNet.size(config.channels(), config.layers()),
        config.squeezeExcite(),
        config.thumbnail());
  }

  private String variant(VgNetConfig config) {
    boolean learned = config.downsampling() == Downsampling.LEARNED;
    if (config.filters() == Filters.LEARNED) {
      return learned ? "c" : "g";
    }
    if (learned) {
      throw new UnsupportedModelException(
          "fixed kernels in the blocks, but learned ones in the downsampling: no VGNet");
    }
    int first = fixedFiltersPeriod(config) == 8 ? 1 : 3;
    return "f" + (config.tail() == Tail.FIXED ? first + 1 : first);
  }

  /**
   * VGNetF1 and F2 repeat eight kernels (6 EKs + 2 GKs in Table 4), F3 and F4 four of them. Where
   * none are whole, so that all are among the differences, either does.
   */
  private int fixedFiltersPeriod(VgNetConfig config) {
    for (int stage = 1; stage <= VgNetConfig.STAGES; stage++) {
      for (int i = 1; i < config.layers().get(stage - 1); i++) {
        String key = "features.stage" + stage + "." + i + ".half3x3.0.weight";
        Optional<Tensor> kernels = keys.depthwiseKernels(key);
        if (kernels.isPresent()) {
          double[] values = kernels.get().toDoubleArray();
          return IntStream.of(4, 8)
              .filter(period -> repeats(values, period))
              .findFirst()
              .orElseThrow(
                  () ->
                      new UnsupportedModelException(
                          key + ": the kernels repeat neither every 4 nor every 8 channels"));
        }
      }
    }
    return 8;
  }

  private static boolean repeats(double[] kernels, int period) {
    int distance = period * 9;
    return IntStream.range(distance, kernels.length)
        .allMatch(i -> kernels[i] == kernels[i - distance]);
  }

  private List<String> findings(String name, VgNetConfig config, VgNetGeneration generation) {
    List<String> findings = new ArrayList<>();
    findings.add(name + " of the " + generation + " generation");
    findings.add("channels " + config.channels() + ", layers " + config.layers());
    findings.add(
        "activation "
            + config.activation().name().toLowerCase(Locale.ROOT)
            + origin(options.activation().isPresent()));
    if (config.squeezeExcite()) {
      findings.add(
          "squeeze-excite activation "
              + config.squeezeExciteActivation().name().toLowerCase(Locale.ROOT)
              + origin(options.squeezeExciteActivation().isPresent()));
    }
    findings.add(config.classes() + " classes");
    return findings;
  }

  private static String origin(boolean asked) {
    return asked ? " (as asked)" : " (the default of this generation; keys do not tell)";
  }

  private static Stream<Integer> stages() {
    return IntStream.rangeClosed(1, VgNetConfig.STAGES).boxed();
  }
}
