package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.zoo.BsConv;
import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import dev.vgnet.zoo.Widths;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * MobileNetV1 (Howard et al. 2017, Table 1), and the form of BSConv's authors with BSConv-U in the
 * place of its depthwise separable convolutions: first pointwise, then depthwise, and one norm
 * (section 4.1 of their paper).
 */
public final class MobileNetV1 implements Family {
  private static final int CLASSES = 1000;
  private static final int CIFAR_CLASSES = 10;

  /** Blocks of one image size; the first one halves it, but not in stage 1. */
  private record Row(int width, int blocks) {}

  private static final int STEM = 32;
  private static final List<Row> TABLE =
      List.of(new Row(64, 1), new Row(128, 2), new Row(256, 2), new Row(512, 6), new Row(1024, 2));

  private static final KeyStyle CV_MODELS =
      KeyStyle.of("cv-models")
          .rule("stem.conv", "features.stem.0.0")
          .rule("stem.norm", "features.stem.0.1")
          .rule("stage1.block1.*.conv", "features.stem.1.{unit}.0")
          .rule("stage1.block1.*.norm", "features.stem.1.{unit}.1")
          .rule("stage*.block*.*.conv", "features.stage{stage-1}.{block-1}.{unit}.0")
          .rule("stage*.block*.*.norm", "features.stage{stage-1}.{block-1}.{unit}.1")
          .rule("classifier", "classifier.1");

  private static final KeyStyle BSCONV =
      BsConvModels.STYLE
          .rule("stem.conv", "backbone.init_conv.conv")
          .rule("stem.norm", "backbone.init_conv.bn")
          .rule("stage*.block*.depthwise.conv", "backbone.stage{stage}.unit{block}.conv_dw.conv")
          .rule("stage*.block*.depthwise.norm", "backbone.stage{stage}.unit{block}.conv_dw.bn")
          .rule("stage*.block*.pointwise.conv", "backbone.stage{stage}.unit{block}.conv_pw.conv")
          .rule("stage*.block*.pointwise.norm", "backbone.stage{stage}.unit{block}.conv_pw.bn")
          .rule("stage*.block*.separable.conv", "backbone.stage{stage}.unit{block}.0")
          .rule("stage*.block*.separable.norm", "backbone.stage{stage}.unit{block}.1");

  /** The form of the blocks, and whether the network is for CIFAR. */
  private record Form(boolean separable, boolean thumbnail) {
    String prefix() {
      return thumbnail ? "cifar_mobilenetv1" : "mobilenetv1";
    }

    String suffix() {
      return separable ? BsConv.U.suffix() : "";
    }
  }

  /** For the service loader. */
  public MobileNetV1() {}

  @Override
  public String name() {
    return "MobileNetV1";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "mobilenet_v1",
            224,
            List.of(CV_MODELS),
            List.of(
                network("x1_0", 1, "4.232 M, 70.6 % top-1 (VGNet, Table 3)"),
                network("x0_75", 0.75, ""),
                network("x0_5", 0.5, ""))),
        bsConv(
            new Form(false, false),
            "70.8 % top-1 (BSConv, Table 3)",
            "68.2 % top-1 (BSConv, Table 3)",
            "63.5 % top-1 (BSConv, Table 3)",
            "51.8 % top-1 (BSConv, Table 3)"),
        bsConv(
            new Form(true, false),
            "71.5 % top-1 (BSConv, Table 3)",
            "69.2 % top-1 (BSConv, Table 3)",
            "64.6 % top-1 (BSConv, Table 3)",
            "53.2 % top-1 (BSConv, Table 3)"),
        bsConv(
            new Form(false, true),
            "CIFAR-10 93.4 %, CIFAR-100 73.4 % (BSConv, Table 1)",
            "CIFAR-10 92.7 %, CIFAR-100 72.2 % (BSConv, Table 1)",
            "CIFAR-10 91.8 %, CIFAR-100 70.8 % (BSConv, Table 1)",
            "CIFAR-10 90.4 %, CIFAR-100 67.5 % (BSConv, Table 1)"),
        bsConv(
            new Form(true, true),
            "CIFAR-10 94.3 %, CIFAR-100 75.7 % (BSConv, Table 1)",
            "CIFAR-10 94.3 %, CIFAR-100 74.5 % (BSConv, Table 1)",
            "CIFAR-10 93.3 %, CIFAR-100 73.5 % (BSConv, Table 1)",
            "CIFAR-10 91.6 %, CIFAR-100 69.8 % (BSConv, Table 1)"));
  }

  private static NamedNetwork network(String size, double multiplier, String reported) {
    IntUnaryOperator width = channels -> Widths.divisible(channels * multiplier, 8);
    Form form = new Form(false, false);
    return new NamedNetwork(
        "mobilenet_v1_" + size, layers -> define(layers, width, form), reported);
  }

  private static Structure bsConv(
      Form form, String whole, String threeQuarters, String half, String quarter) {
    return new Structure(
        form.prefix() + form.suffix(),
        form.thumbnail() ? 32 : 224,
        List.of(BSCONV),
        List.of(
            bsConv(form, "w1", whole),
            bsConv(form, "w3d4", threeQuarters),
            bsConv(form, "w1d2", half),
            bsConv(form, "w1d4", quarter)));
  }

  private static NamedNetwork bsConv(Form form, String size, String reported) {
    return new NamedNetwork(
        form.prefix() + "_" + size + form.suffix(),
        layers -> define(layers, BsConvModels.scaled(size), form),
        reported);
  }

  private static Features define(Layers layers, IntUnaryOperator width, Form form) {
    Features x = BsConvModels.input(layers);
    Conv stem = Conv.of(3, form.thumbnail() ? 1 : 2);
    x = layers.convNormAct("stem", x, width.applyAsInt(STEM), stem, RELU);
    int firstHalving = form.thumbnail() ? 3 : 2;
    for (int stage = 1; stage <= TABLE.size(); stage++) {
      Row row = TABLE.get(stage - 1);
      layers.row(stage);
      for (int i = 0; i < row.blocks(); i++) {
        Conv conv = Conv.of(3, i == 0 && stage >= firstHalving ? 2 : 1);
        x = block(layers, x, width.applyAsInt(row.width()), conv, form);
      }
    }
    x = layers.globalAveragePool("pool", x);
    return BsConvModels.classifier(layers, x, form.thumbnail() ? CIFAR_CLASSES : CLASSES);
  }

  private static Features block(Layers layers, Features in, int out, Conv conv, Form form) {
    String name = layers.block();
    if (form.separable()) {
      Features x = layers.separatedConvNorm(name + ".separable", in, out, conv, BsConv.U);
      return layers.activation(name + ".separable.act", x, RELU);
    }
    Features x = layers.depthwiseNormAct(name + ".depthwise", in, conv, RELU);
    return layers.convNormAct(name + ".pointwise", x, out, Conv.pointwise(), RELU);
  }
}
