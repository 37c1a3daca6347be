package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.BsConv;
import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * ResNet (He et al. 2016, Table 1) of basic blocks, with pre-activation (He et al. 2016b) and wide
 * (Zagoruyko and Komodakis 2016, Table 1), for large images and for CIFAR, as BSConv's section 5
 * has them.
 */
public final class ResNet implements Family {
  private static final int CLASSES = 1000;
  private static final int CIFAR_CLASSES = 10;
  private static final List<Integer> WIDTHS = List.of(64, 128, 256, 512);
  private static final List<Integer> CIFAR_WIDTHS = List.of(16, 32, 64);

  private static final Map<String, String> REPORTED =
      Map.ofEntries(
          Map.entry("resnet10", "BSConv, Figure 6"),
          Map.entry("resnet18", "BSConv, Figure 6"),
          Map.entry("resnet26", "BSConv, Figure 6"),
          Map.entry("resnet10_bsconvu", "BSConv, Figure 6"),
          Map.entry("resnet18_bsconvu", "BSConv, Figure 6"),
          Map.entry("resnet34_bsconvu", "BSConv, Figure 6"),
          Map.entry("resnet68_bsconvu", "BSConv, Figure 6"),
          Map.entry("resnet102_bsconvu", "BSConv, Figure 6"),
          Map.entry(
              "cifar_resnet20", "272.5 K, CIFAR-10 92.2 %, CIFAR-100 67.7 % (BSConv, Table 2)"),
          Map.entry(
              "cifar_resnet110_bsconvu",
              "239.0 K, CIFAR-10 92.9 %, CIFAR-100 70.8 % (BSConv, Table 2)"),
          Map.entry("cifar_wrn40_3", "5.0 M, CIFAR-10 94.9 %, CIFAR-100 75.5 % (BSConv, Table 2)"),
          Map.entry(
              "cifar_wrn40_8_bsconvu",
              "4.2 M, CIFAR-10 95.2 %, CIFAR-100 77.6 % (BSConv, Table 2)"));

  /**
   * What sets one ResNet apart from another.
   *
   * @param stem its width
   * @param widths of the stages
   * @param blocks of each stage
   * @param preActivation true if norms and activations come before the convolutions
   */
  private record Config(
      int stem, List<Integer> widths, List<Integer> blocks, boolean preActivation) {
    /** Convolutions and fully connected layers, projections aside. */
    int depth() {
      return 2 + 2 * blocks.stream().mapToInt(Integer::intValue).sum();
    }

    /** True for CIFAR's, which have three stages. */
    boolean thumbnail() {
      return widths.size() == CIFAR_WIDTHS.size();
    }
  }

  private static final KeyStyle BSCONV =
      BsConvModels.STYLE
          .rule("stem.conv", "backbone.init_unit.conv.conv")
          .rule("stem.norm", "backbone.init_unit.conv.bn")
          .rule("stage*.block*.preactivation", "backbone.stage{stage}.unit{block}.bn")
          .rule("stage*.block*.*.conv", "backbone.stage{stage}.unit{block}.{3}.conv")
          .rule("stage*.block*.*.norm", "backbone.stage{stage}.unit{block}.{3}.bn")
          .rule("head.norm", "backbone.final_activation.bn");

  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision or timm")
          .rule("stem.conv", "conv1")
          .rule("stem.norm", "bn1")
          .rule("stage*.block*.projection.conv", "layer{stage}.{block-1}.downsample.0")
          .rule("stage*.block*.projection.norm", "layer{stage}.{block-1}.downsample.1")
          .rule("stage*.block*.conv*.conv", "layer{stage}.{block-1}.conv{3}")
          .rule("stage*.block*.conv*.norm", "layer{stage}.{block-1}.bn{3}")
          .rule("classifier", "fc");

  /** What blocks of two convolutions do not have. */
  private static final Pattern BOTTLENECK = Pattern.compile("layer\\d+\\.\\d+\\.conv3\\.weight");

  /** For the service loader. */
  public ResNet() {}

  @Override
  public String name() {
    return "ResNet";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure("resnet", 224, List.of(BSCONV, TORCHVISION), large("resnet", false)),
        new Structure("preresnet", 224, List.of(BSCONV), large("preresnet", true)),
        new Structure("cifar_resnet", 32, List.of(BSCONV), cifar("cifar_resnet", false)),
        new Structure(
            "cifar_preresnet",
            32,
            List.of(BSCONV),
            Stream.concat(cifar("cifar_preresnet", true).stream(), wide()).toList()));
  }

  @Override
  public Optional<String> refusal(StateDict stateDict) {
    boolean bottlenecks =
        stateDict.tensors().keySet().stream().anyMatch(key -> BOTTLENECK.matcher(key).matches());
    return bottlenecks
        ? Optional.of(
            "the keys are those of a ResNet of bottleneck blocks, which are not supported")
        : Optional.empty();
  }

  private static List<NamedNetwork> large(String name, boolean preActivation) {
    return Stream.of(
            List.of(1, 1, 1, 1),
            List.of(2, 2, 2, 2),
            List.of(3, 3, 3, 3),
            List.of(3, 4, 6, 3),
            List.of(3, 4, 23, 3),
            List.of(3, 8, 36, 3))
        .map(blocks -> new Config(WIDTHS.getFirst(), WIDTHS, blocks, preActivation))
        .flatMap(config -> networks(name + config.depth(), config, CLASSES))
        .toList();
  }

  private static List<NamedNetwork> cifar(String name, boolean preActivation) {
    return Stream.of(3, 9, 18, 50, 100)
        .map(n -> cifar(CIFAR_WIDTHS, n, preActivation))
        .flatMap(config -> networks(name + config.depth(), config, CIFAR_CLASSES))
        .toList();
  }

  private static Stream<NamedNetwork> wide() {
    return Stream.of(2, 4, 6)
        .flatMap(
            n ->
                Stream.of(1, 2, 3, 4, 6, 8, 10, 12)
                    .flatMap(
                        k ->
                            networks(
                                "cifar_wrn" + (6 * n + 4) + "_" + k,
                                cifar(CIFAR_WIDTHS.stream().map(w -> k * w).toList(), n, true),
                                CIFAR_CLASSES)));
  }

  private static Config cifar(List<Integer> widths, int blocks, boolean preActivation) {
    return new Config(
        CIFAR_WIDTHS.getFirst(), widths, List.of(blocks, blocks, blocks), preActivation);
  }

  /** A network and, where the paper reports it, the same with separable convolutions. */
  private static Stream<NamedNetwork> networks(String name, Config config, int classes) {
    NamedNetwork plain =
        new NamedNetwork(
            name, layers -> define(layers, config, classes), REPORTED.getOrDefault(name, ""));
    NamedNetwork separated = plain.with(BsConv.U, REPORTED.get(name + BsConv.U.suffix()));
    return separated.reported() == null ? Stream.of(plain) : Stream.of(plain, separated);
  }

  private static Features define(Layers layers, Config config, int classes) {
    Features x = stem(layers, config);
    for (int stage = 1; stage <= config.widths().size(); stage++) {
      layers.row(stage);
      int blocks = layers.repeats(config.blocks().get(stage - 1), "conv1.conv", "conv2.conv");
      for (int i = 0; i < blocks; i++) {
        int stride = stage > 1 && i == 0 ? 2 : 1;
        int width = config.widths().get(stage - 1);
        x =
            config.preActivation()
                ? preActivationBlock(layers, x, width, stride)
                : block(layers, x, width, stride);
      }
    }
    if (config.preActivation()) {
      x = layers.activation("head.act", layers.norm("head.norm", x), RELU);
    }
    x = layers.globalAveragePool("pool", x);
    return BsConvModels.classifier(layers, x, classes);
  }

  private static Features stem(Layers layers, Config config) {
    Features x = BsConvModels.input(layers);
    if (!config.thumbnail()) {
      x = layers.convNormAct("stem", x, config.stem(), Conv.of(7, 2), RELU);
      return layers.maxPool("stem.pool", x, 3, 2, 1);
    }
    return config.preActivation()
        ? layers.conv("stem.conv", x, config.stem(), Conv.of(3, 1))
        : layers.convNormAct("stem", x, config.stem(), Conv.of(3, 1), RELU);
  }

  private static Features block(Layers layers, Features in, int width, int stride) {
    String name = layers.block();
    Features x = layers.convNormAct(name + ".conv1", in, width, Conv.of(3, stride), RELU);
    x = layers.convNorm(name + ".conv2", x, width, Conv.of(3, 1));
    Features shortcut =
        stride == 1 && in.channels() == x.channels()
            ? in
            : layers.convNorm(name + ".projection", in, x.channels(), Conv.of(1, stride));
    return layers.activation(name + ".act", layers.add(name + ".add", x, shortcut), RELU);
  }

  /** The shortcut is the input itself, but a projection reads what was normalised. */
  private static Features preActivationBlock(Layers layers, Features in, int width, int stride) {
    String name = layers.block();
    Features h = layers.norm(name + ".preactivation", in);
    h = layers.activation(name + ".preactivation.act", h, RELU);
    Features x = layers.convNormAct(name + ".conv1", h, width, Conv.of(3, stride), RELU);
    x = layers.conv(name + ".conv2.conv", x, width, Conv.of(3, 1));
    Features shortcut =
        stride == 1 && in.channels() == x.channels()
            ? in
            : layers.conv(name + ".projection.conv", h, x.channels(), Conv.of(1, stride));
    return layers.add(name + ".add", x, shortcut);
  }
}
