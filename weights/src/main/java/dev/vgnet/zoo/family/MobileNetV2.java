package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU6;

import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import dev.vgnet.zoo.Widths;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/**
 * MobileNetV2 (Sandler et al. 2018, Table 2): inverted residuals with linear bottlenecks. The form
 * of BSConv's authors is BSConv-S throughout: each expansion and projection with its depthwise
 * convolution are one (section 4.2 of their paper); its tensors differ in widths and in an
 * expansion that is there even where it expands nothing.
 */
public final class MobileNetV2 implements Family {
  private static final int CLASSES = 1000;
  private static final int CIFAR_CLASSES = 10;

  /**
   * A row of the table.
   *
   * @param stage blocks of one image size
   */
  private record Row(int stage, int expansion, int width, int repeats, int stride) {}

  private static final int STEM = 32;
  private static final int HEAD = 1280;
  private static final List<Row> TABLE =
      List.of(
          new Row(1, 1, 16, 1, 1),
          new Row(2, 6, 24, 2, 2),
          new Row(3, 6, 32, 3, 2),
          new Row(4, 6, 64, 4, 2),
          new Row(4, 6, 96, 3, 1),
          new Row(5, 6, 160, 3, 2),
          new Row(5, 6, 320, 1, 1));

  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision")
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage*.block*.project.conv", "features.{number}.conv.{unit}")
          .rule("stage*.block*.project.norm", "features.{number}.conv.{unit+1}")
          .rule("stage*.block*.*.conv", "features.{number}.conv.{unit}.0")
          .rule("stage*.block*.*.norm", "features.{number}.conv.{unit}.1")
          .rule("head.conv", "features.{number+1}.0")
          .rule("head.norm", "features.{number+1}.1")
          .rule("classifier", "classifier.1");

  private static final KeyStyle CV_MODELS =
      CvModels.BLOCK_IN_STEM.rule("classifier", "classifier.1");

  private static final KeyStyle D_LI14 =
      KeyStyle.of("d-li14")
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage*.block*.*.conv", "features.{number}.conv.{3*unit}")
          .rule("stage*.block*.*.norm", "features.{number}.conv.{3*unit+1}")
          .rule("head.conv", "conv.0")
          .rule("head.norm", "conv.1")
          .rule("classifier", "classifier");

  private static final KeyStyle BSCONV =
      BsConvModels.STYLE
          .rule("stem.conv", "backbone.init_conv.conv")
          .rule("stem.norm", "backbone.init_conv.bn")
          .rule("stage*.block*.*.conv", "backbone.stage{stage}.unit{block}.conv{unit+1}.conv")
          .rule("stage*.block*.*.norm", "backbone.stage{stage}.unit{block}.conv{unit+1}.bn")
          .rule("head.conv", "backbone.final_conv.conv")
          .rule("head.norm", "backbone.final_conv.bn");

  /** A stage that halves the image only where images are large. */
  private static final int CIFAR_UNHALVED = 2;

  /** For the service loader. */
  public MobileNetV2() {}

  @Override
  public String name() {
    return "MobileNetV2";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "mobilenet_v2",
            224,
            List.of(TORCHVISION, CV_MODELS, D_LI14, TimmModels.EFFICIENT_NET),
            List.of(
                network("x1_0", 1, "3.505 M, 72.0 % top-1 (VGNet, Table 3)"),
                network("x0_75", 0.75, "2.636 M, 69.8 % top-1 (VGNet, Table 3)"),
                network("x0_5", 0.5, "1.969 M, 63.9 % top-1 (VGNet, Table 3)"))),
        new Structure(
            "mobilenetv2",
            224,
            List.of(BSCONV),
            List.of(
                bsConv("w1", false, "69.8 % top-1 (BSConv, Table 3)"),
                bsConv("w3d4", false, ""),
                bsConv("w1d2", false, ""),
                bsConv("w1d4", false, ""))),
        new Structure(
            "cifar_mobilenetv2",
            32,
            List.of(BSCONV),
            List.of(
                bsConv("w1", true, "CIFAR-10 94.2 %, CIFAR-100 75.8 % (BSConv, Table 1)"),
                bsConv("w3d4", true, "CIFAR-10 93.9 %, CIFAR-100 75.0 % (BSConv, Table 1)"),
                bsConv("w1d2", true, "CIFAR-10 93.2 %, CIFAR-100 73.2 % (BSConv, Table 1)"),
                bsConv("w1d4", true, "CIFAR-10 90.1 %, CIFAR-100 68.9 % (BSConv, Table 1)"))));
  }

  private static NamedNetwork network(String size, double multiplier, String reported) {
    IntUnaryOperator width = channels -> Widths.divisible(channels * multiplier, 8);
    return new NamedNetwork(
        "mobilenet_v2_" + size, layers -> define(layers, width, false), reported);
  }

  /** The authors of BSConv round down, and to no multiple. */
  private static NamedNetwork bsConv(String size, boolean thumbnail, String reported) {
    return new NamedNetwork(
        (thumbnail ? "cifar_" : "") + "mobilenetv2_" + size + "_bsconvs_p1d6",
        layers -> define(layers, BsConvModels.scaled(size), thumbnail),
        reported);
  }

  private static Features define(Layers layers, IntUnaryOperator width, boolean thumbnail) {
    Features x = BsConvModels.input(layers);
    Conv stem = Conv.of(3, thumbnail ? 1 : 2);
    x = layers.convNormAct("stem", x, width.applyAsInt(STEM), stem, RELU6);
    for (Row row : TABLE) {
      layers.row(row.stage());
      for (int i = 0; i < row.repeats(); i++) {
        boolean halves = i == 0 && !(thumbnail && row.stage() == CIFAR_UNHALVED);
        int stride = halves ? row.stride() : 1;
        x = block(layers, x, row.expansion(), width.applyAsInt(row.width()), stride).add(layers, x);
      }
    }
    int head = Math.max(HEAD, width.applyAsInt(HEAD));
    x = layers.convNormAct("head", x, head, Conv.pointwise(), RELU6);
    x = layers.globalAveragePool("pool", x);
    return BsConvModels.classifier(layers, x, thumbnail ? CIFAR_CLASSES : CLASSES);
  }

  private static InvertedResidual block(
      Layers layers, Features in, int expansion, int out, int stride) {
    boolean expands = expansion > 1 || BsConvModels.isStyleOf(layers);
    return new InvertedResidual(
        expands ? OptionalInt.of(in.channels() * expansion) : OptionalInt.empty(),
        Conv.of(3, stride),
        RELU6,
        out,
        Optional.empty(),
        false);
  }
}
