package dev.vgnet.zoo;

import static dev.vgnet.graph.Operator.Function.RELU;

import java.util.List;
import java.util.stream.Stream;

/**
 * ResNet (He et al. 2016, Table 1) of basic blocks, with pre-activation (He et al. 2016b) and wide
 * (Zagoruyko and Komodakis 2016, Table 1), for large images and for CIFAR, as BSConv's Tables 2 to
 * 4 compare them.
 */
public final class ResNet implements Family {
  private static final int CLASSES = 1000;
  private static final int CIFAR_CLASSES = 10;
  private static final List<Integer> WIDTHS = List.of(64, 128, 256, 512);
  private static final List<Integer> CIFAR_WIDTHS = List.of(16, 32, 64);

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

  /** For the service loader. */
  public ResNet() {}

  @Override
  public String name() {
    return "ResNet";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "resnet",
            224,
            List.of(BSCONV, TORCHVISION),
            Stream.of(
                    large("resnet10", false, 1, 1, 1, 1),
                    large("resnet18", false, 2, 2, 2, 2),
                    large("resnet26", false, 3, 3, 3, 3),
                    large("resnet34", false, 3, 4, 6, 3),
                    large("resnet68", false, 3, 4, 23, 3),
                    large("resnet102", false, 3, 8, 36, 3))
                .flatMap(ResNet::andSeparated)
                .toList()),
        new Structure(
            "preresnet",
            224,
            List.of(BSCONV),
            Stream.of(
                    large("preresnet10", true, 1, 1, 1, 1),
                    large("preresnet18", true, 2, 2, 2, 2),
                    large("preresnet26", true, 3, 3, 3, 3),
                    large("preresnet34", true, 3, 4, 6, 3),
                    large("preresnet68", true, 3, 4, 23, 3),
                    large("preresnet102", true, 3, 8, 36, 3))
                .flatMap(ResNet::andSeparated)
                .toList()),
        new Structure("cifar_resnet", 32, List.of(BSCONV), cifar("cifar_resnet", false)),
        new Structure(
            "cifar_preresnet",
            32,
            List.of(BSCONV),
            Stream.concat(cifar("cifar_preresnet", true).stream(), wide()).toList()));
  }

  private static Stream<NamedNetwork> andSeparated(NamedNetwork network) {
    return Stream.of(network, network.with(BsConv.U, ""));
  }

  private static NamedNetwork large(String name, boolean preActivation, Integer... blocks) {
    Config config = new Config(WIDTHS.getFirst(), WIDTHS, List.of(blocks), preActivation);
    return new NamedNetwork(name, layers -> define(layers, config, CLASSES), "");
  }

  /** Networks of 6 n + 2 layers. */
  private static List<NamedNetwork> cifar(String name, boolean preActivation) {
    return Stream.of(20, 56, 110, 302, 602)
        .map(
            depth -> {
              int n = (depth - 2) / 6;
              Config config =
                  new Config(
                      CIFAR_WIDTHS.getFirst(), CIFAR_WIDTHS, List.of(n, n, n), preActivation);
              return new NamedNetwork(
                  name + depth, layers -> define(layers, config, CIFAR_CLASSES), "");
            })
        .flatMap(ResNet::andSeparated)
        .toList();
  }

  /** Wide networks of 6 n + 4 layers, k times as wide as CIFAR's others. */
  private static Stream<NamedNetwork> wide() {
    return Stream.of(16, 28, 40)
        .flatMap(depth -> Stream.of(1, 2, 3, 4, 6, 8, 10, 12).map(k -> wide(depth, k)))
        .flatMap(ResNet::andSeparated);
  }

  private static NamedNetwork wide(int depth, int k) {
    int n = (depth - 4) / 6;
    Config config =
        new Config(
            CIFAR_WIDTHS.getFirst(),
            CIFAR_WIDTHS.stream().map(width -> k * width).toList(),
            List.of(n, n, n),
            true);
    return new NamedNetwork(
        "cifar_wrn%d_%d".formatted(depth, k), layers -> define(layers, config, CIFAR_CLASSES), "");
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
