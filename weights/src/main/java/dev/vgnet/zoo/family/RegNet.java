package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;
import static dev.vgnet.graph.Operator.Function.SIGMOID;

import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import java.util.List;

/**
 * RegNetX and RegNetY (Radosavovic et al. 2020, Figures 16 and 17): residual bottlenecks around a
 * grouped 3x3 convolution, in Y with squeeze-excite.
 */
public final class RegNet implements Family {
  private static final int CLASSES = 1000;
  private static final int STEM = 32;

  /**
   * A network's stages.
   *
   * @param gated true if the blocks have squeeze-excite
   */
  private record Table(List<Integer> widths, List<Integer> blocks, int groupWidth, boolean gated) {}

  private static final Table X_400MF =
      new Table(List.of(32, 64, 160, 384), List.of(1, 2, 7, 12), 16, false);

  /** The last width comes out at 392 and is rounded to whole groups: down above, here up. */
  private static final Table X_400MF_ROUNDED_UP =
      new Table(List.of(32, 64, 160, 400), List.of(1, 2, 7, 12), 16, false);

  private static final Table Y_400MF =
      new Table(List.of(48, 104, 208, 440), List.of(1, 3, 6, 6), 8, true);

  private static final String TORCHVISION_BLOCK =
      "trunk_output.block{stage}.block{stage}-{block-1}";

  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision")
          .rule("stem.conv", "stem.0")
          .rule("stem.norm", "stem.1")
          .rule("stage*.block*.projection.conv", TORCHVISION_BLOCK + ".proj.0")
          .rule("stage*.block*.projection.norm", TORCHVISION_BLOCK + ".proj.1")
          .rule("stage*.block*.conv1.conv", TORCHVISION_BLOCK + ".f.a.0")
          .rule("stage*.block*.conv1.norm", TORCHVISION_BLOCK + ".f.a.1")
          .rule("stage*.block*.conv2.conv", TORCHVISION_BLOCK + ".f.b.0")
          .rule("stage*.block*.conv2.norm", TORCHVISION_BLOCK + ".f.b.1")
          .rule("stage*.block*.gate.reduce", TORCHVISION_BLOCK + ".f.se.fc1")
          .rule("stage*.block*.gate.expand", TORCHVISION_BLOCK + ".f.se.fc2")
          .rule("stage*.block*.conv3.conv", TORCHVISION_BLOCK + ".f.c.0")
          .rule("stage*.block*.conv3.norm", TORCHVISION_BLOCK + ".f.c.1")
          .rule("classifier", "fc");

  private static final String CV_MODELS_BLOCK = "features.stage{stage}.stage{stage}-{block-1}";

  private static final KeyStyle CV_MODELS =
      KeyStyle.of("cv-models")
          .rule("stem.conv", "features.stem.0")
          .rule("stem.norm", "features.stem.1")
          .rule("stage*.block*.projection.conv", CV_MODELS_BLOCK + ".proj.0")
          .rule("stage*.block*.projection.norm", CV_MODELS_BLOCK + ".proj.1")
          .rule("stage*.block*.conv1.conv", CV_MODELS_BLOCK + ".f.1x1-1.0")
          .rule("stage*.block*.conv1.norm", CV_MODELS_BLOCK + ".f.1x1-1.1")
          .rule("stage*.block*.conv2.conv", CV_MODELS_BLOCK + ".f.3x3.0")
          .rule("stage*.block*.conv2.norm", CV_MODELS_BLOCK + ".f.3x3.1")
          .rule("stage*.block*.gate.*", CV_MODELS_BLOCK + ".f.se.{3}")
          .rule("stage*.block*.conv3.conv", CV_MODELS_BLOCK + ".f.1x1-2.0")
          .rule("stage*.block*.conv3.norm", CV_MODELS_BLOCK + ".f.1x1-2.1")
          .rule("classifier", "classifier.1");

  private static final KeyStyle TIMM =
      KeyStyle.of("timm")
          .preprocessing(KeyStyle::bicubic)
          .rule("stem.conv", "stem.conv")
          .rule("stem.norm", "stem.bn")
          .rule("stage*.block*.projection.conv", "s{stage}.b{block}.downsample.conv")
          .rule("stage*.block*.projection.norm", "s{stage}.b{block}.downsample.bn")
          .rule("stage*.block*.*.conv", "s{stage}.b{block}.{3}.conv")
          .rule("stage*.block*.*.norm", "s{stage}.b{block}.{3}.bn")
          .rule("stage*.block*.gate.reduce", "s{stage}.b{block}.se.fc1")
          .rule("stage*.block*.gate.expand", "s{stage}.b{block}.se.fc2")
          .rule("classifier", "head.fc");

  /** For the service loader. */
  public RegNet() {}

  @Override
  public String name() {
    return "RegNet";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        structure(
            "regnet_x",
            network("regnet_x_400mf_w384", X_400MF, "5.158 M, 72.7 % top-1 (VGNet, Table 3)"),
            network("regnet_x_400mf", X_400MF_ROUNDED_UP, "")
                .noted("the last stage is wider than the paper's, as in torchvision")),
        structure(
            "regnet_y",
            network("regnet_y_400mf", Y_400MF, "4.344 M, 74.1 % top-1 (VGNet, Table 3)")));
  }

  private static Structure structure(String name, NamedNetwork... networks) {
    return new Structure(name, 224, List.of(TORCHVISION, CV_MODELS, TIMM), List.of(networks));
  }

  private static NamedNetwork network(String name, Table table, String reported) {
    return new NamedNetwork(name, layers -> define(layers, table), reported);
  }

  private static Features define(Layers layers, Table table) {
    Features x = layers.convNormAct("stem", layers.input(), STEM, Conv.of(3, 2), RELU);
    for (int stage = 1; stage <= table.widths().size(); stage++) {
      layers.row(stage);
      int blocks = layers.repeats(table.blocks().get(stage - 1), "conv1.conv", "conv2.conv");
      for (int i = 0; i < blocks; i++) {
        x = block(layers, x, table, table.widths().get(stage - 1), i == 0 ? 2 : 1);
      }
    }
    x = layers.globalAveragePool("pool", x);
    return layers.classifier("classifier", x, CLASSES);
  }

  private static Features block(Layers layers, Features in, Table table, int width, int stride) {
    String name = layers.block();
    Features x = layers.convNormAct(name + ".conv1", in, width, Conv.pointwise(), RELU);
    Conv grouped = Conv.of(3, stride).grouped(table.groupWidth());
    x = layers.convNormAct(name + ".conv2", x, x.channels(), grouped, RELU);
    if (table.gated()) {
      x = layers.squeezeExcite(name + ".gate", x, in.channels() / 4, RELU, SIGMOID);
    }
    x = layers.convNorm(name + ".conv3", x, width, Conv.pointwise());
    Features shortcut =
        stride == 1 && in.channels() == x.channels()
            ? in
            : layers.convNorm(name + ".projection", in, x.channels(), Conv.of(1, stride));
    return layers.activation(name + ".act", layers.add(name + ".add", x, shortcut), RELU);
  }
}
