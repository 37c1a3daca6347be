package dev.vgnet.zoo;

import static dev.vgnet.graph.Operator.Function.HARDSIGMOID;
import static dev.vgnet.graph.Operator.Function.HARDSWISH;
import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.graph.Operator.Function;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/**
 * MobileNetV3 (Howard et al. 2019, Tables 1 and 2). The form of BSConv's authors is BSConv-S
 * throughout (section 4.2 of their paper), with a light head.
 */
public final class MobileNetV3 implements Family {
  private static final int CLASSES = 1000;
  private static final int CIFAR_CLASSES = 10;

  private enum Fact implements KeyStyle.Fact {
    /**
     * In blocks that expand, squeeze-excite comes before the depthwise convolution's activation.
     */
    GATES_BEFORE_ACTIVATION
  }

  /**
   * A block.
   *
   * @param gated true if it has squeeze-excite
   */
  private record Block(int kernel, int expanded, boolean gated, Function function, int stride) {}

  /**
   * Blocks of one width.
   *
   * @param stage blocks of one image size
   */
  private record Row(int stage, int width, List<Block> blocks) {
    Row(int stage, int width, Block... blocks) {
      this(stage, width, List.of(blocks));
    }
  }

  /**
   * A network.
   *
   * @param head the width of the last 1x1 convolution
   * @param hidden that of the layer before the classifier
   * @param unhalved the stage that does not halve CIFAR's small images
   * @param gatedHead true if the light head has squeeze-excite
   */
  private record Table(List<Row> rows, int head, int hidden, int unhalved, boolean gatedHead) {}

  /**
   * How a network of another width comes from its table.
   *
   * @param widths what becomes of a width
   * @param expandsInputs true if an expanded width is a multiple of its block's input instead
   * @param scalesHead true if the last 1x1 convolution's width changes, too
   * @param scalesHidden true if that of the layer before the classifier does
   */
  private record Scaling(
      IntUnaryOperator widths, boolean expandsInputs, boolean scalesHead, boolean scalesHidden) {
    int width(int paper) {
      return widths.applyAsInt(paper);
    }

    int expanded(int paper, int paperIn, int in) {
      return expandsInputs ? Widths.divisible((double) in * paper / paperIn, 8) : width(paper);
    }

    int head(Table table, int paperIn, Features in) {
      return scalesHead ? expanded(table.head(), paperIn, in.channels()) : table.head();
    }

    int hidden(Table table) {
      return scalesHidden ? width(table.hidden()) : table.hidden();
    }
  }

  private static final Scaling WHOLE = new Scaling(width -> width, false, true, true);
  private static final Scaling THREE_QUARTERS =
      new Scaling(MobileNetV3::threeQuarters, false, true, true);
  private static final Scaling D_LI14_THREE_QUARTERS =
      new Scaling(MobileNetV3::threeQuarters, true, true, false);

  private static final int STEM = 16;

  private static final Table SMALL =
      new Table(
          List.of(
              new Row(1, 16, new Block(3, 16, true, RELU, 2)),
              new Row(2, 24, new Block(3, 72, false, RELU, 2), new Block(3, 88, false, RELU, 1)),
              new Row(
                  3,
                  40,
                  new Block(5, 96, true, HARDSWISH, 2),
                  new Block(5, 240, true, HARDSWISH, 1),
                  new Block(5, 240, true, HARDSWISH, 1)),
              new Row(
                  3,
                  48,
                  new Block(5, 120, true, HARDSWISH, 1),
                  new Block(5, 144, true, HARDSWISH, 1)),
              new Row(
                  4,
                  96,
                  new Block(5, 288, true, HARDSWISH, 2),
                  new Block(5, 576, true, HARDSWISH, 1),
                  new Block(5, 576, true, HARDSWISH, 1))),
          576,
          1024,
          1,
          true);

  private static final Table LARGE =
      new Table(
          List.of(
              new Row(1, 16, new Block(3, 16, false, RELU, 1)),
              new Row(2, 24, new Block(3, 64, false, RELU, 2), new Block(3, 72, false, RELU, 1)),
              new Row(
                  3,
                  40,
                  new Block(5, 72, true, RELU, 2),
                  new Block(5, 120, true, RELU, 1),
                  new Block(5, 120, true, RELU, 1)),
              new Row(
                  4,
                  80,
                  new Block(3, 240, false, HARDSWISH, 2),
                  new Block(3, 200, false, HARDSWISH, 1),
                  new Block(3, 184, false, HARDSWISH, 1),
                  new Block(3, 184, false, HARDSWISH, 1)),
              new Row(
                  4,
                  112,
                  new Block(3, 480, true, HARDSWISH, 1),
                  new Block(3, 672, true, HARDSWISH, 1)),
              new Row(
                  5,
                  160,
                  new Block(5, 672, true, HARDSWISH, 2),
                  new Block(5, 960, true, HARDSWISH, 1),
                  new Block(5, 960, true, HARDSWISH, 1))),
          960,
          1280,
          2,
          false);

  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision")
          .epsilon(1e-3)
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage*.block*.gate.reduce", "features.{number}.block.{unit}.fc1")
          .rule("stage*.block*.gate.expand", "features.{number}.block.{unit}.fc2")
          .rule("stage*.block*.*.conv", "features.{number}.block.{unit}.0")
          .rule("stage*.block*.*.norm", "features.{number}.block.{unit}.1")
          .rule("head.conv", "features.{number+1}.0")
          .rule("head.norm", "features.{number+1}.1")
          .rule("head.hidden", "classifier.0")
          .rule("classifier", "classifier.3");

  private static final KeyStyle CV_MODELS_SMALL =
      CvModels.staged(CvModels.STYLE, "features.stage{stage}")
          .rule("head.hidden", "classifier.0")
          .rule("classifier", "classifier.3");

  private static final KeyStyle CV_MODELS_LARGE =
      CvModels.BLOCK_IN_STEM.rule("head.hidden", "classifier.0").rule("classifier", "classifier.3");

  private static final KeyStyle D_LI14 =
      KeyStyle.of("d-li14")
          .with(Layers.Fact.LINEAR_GATES)
          .with(Fact.GATES_BEFORE_ACTIVATION)
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage1.block1.depthwise.conv", "features.1.conv.0")
          .rule("stage1.block1.depthwise.norm", "features.1.conv.1")
          .rule("stage1.block1.gate.reduce", "features.1.conv.3.fc.0")
          .rule("stage1.block1.gate.expand", "features.1.conv.3.fc.2")
          .rule("stage1.block1.project.conv", "features.1.conv.4")
          .rule("stage1.block1.project.norm", "features.1.conv.5")
          .rule("stage*.block*.expand.conv", "features.{number}.conv.0")
          .rule("stage*.block*.expand.norm", "features.{number}.conv.1")
          .rule("stage*.block*.depthwise.conv", "features.{number}.conv.3")
          .rule("stage*.block*.depthwise.norm", "features.{number}.conv.4")
          .rule("stage*.block*.gate.reduce", "features.{number}.conv.5.fc.0")
          .rule("stage*.block*.gate.expand", "features.{number}.conv.5.fc.2")
          .rule("stage*.block*.project.conv", "features.{number}.conv.7")
          .rule("stage*.block*.project.norm", "features.{number}.conv.8")
          .rule("head.conv", "conv.0")
          .rule("head.norm", "conv.1")
          .rule("head.hidden", "classifier.0")
          .rule("classifier", "classifier.3");

  private static final KeyStyle TIMM =
      TimmModels.STYLE
          .with(Layers.Fact.CONV_HEAD)
          .rule("head.conv", "blocks.{row}.0.conv")
          .rule("head.norm", "blocks.{row}.0.bn1")
          .rule("head.hidden", "conv_head");

  private static final KeyStyle BSCONV =
      BsConvModels.STYLE
          .rule("stem.conv", "backbone.init_conv.conv")
          .rule("stem.norm", "backbone.init_conv.bn")
          .rule("stage*.block*.gate.reduce", "backbone.stage{stage}.unit{block}.se_unit.conv1")
          .rule("stage*.block*.gate.expand", "backbone.stage{stage}.unit{block}.se_unit.conv2")
          .rule("stage*.block*.expand.conv", "backbone.stage{stage}.unit{block}.conv1.conv")
          .rule("stage*.block*.expand.norm", "backbone.stage{stage}.unit{block}.conv1.bn")
          .rule("stage*.block*.depthwise.conv", "backbone.stage{stage}.unit{block}.conv2.conv")
          .rule("stage*.block*.depthwise.norm", "backbone.stage{stage}.unit{block}.conv2.bn")
          .rule("stage*.block*.project.conv", "backbone.stage{stage}.unit{block}.conv3.conv")
          .rule("stage*.block*.project.norm", "backbone.stage{stage}.unit{block}.conv3.bn")
          .rule("head.conv", "backbone.final_conv1.conv")
          .rule("head.norm", "backbone.final_conv1.bn")
          .rule("head.gate.reduce", "backbone.final_se.conv1")
          .rule("head.gate.expand", "backbone.final_se.conv2");

  /** For the service loader. */
  public MobileNetV3() {}

  @Override
  public String name() {
    return "MobileNetV3";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "mobilenet_v3_small",
            224,
            List.of(TORCHVISION, CV_MODELS_SMALL, D_LI14, TIMM),
            List.of(
                network(
                    "mobilenet_v3_small", SMALL, WHOLE, "2.543 M, 67.4 % top-1 (VGNet, Table 3)"),
                network("mobilenet_v3_small_x0_75", SMALL, THREE_QUARTERS, ""))),
        new Structure(
            "mobilenet_v3_large",
            224,
            List.of(TORCHVISION, CV_MODELS_LARGE, D_LI14, TIMM),
            List.of(
                network("mobilenet_v3_large", LARGE, WHOLE, ""),
                network("mobilenet_v3_large_x0_75", LARGE, THREE_QUARTERS, ""),
                network(
                    "mobilenetv3_large_x0_75",
                    LARGE,
                    D_LI14_THREE_QUARTERS,
                    "3.994 M, 73.3 % top-1 (VGNet, Table 3)"))),
        bsConv("mobilenetv3_small", SMALL, false, Map.of("w1", "64.8 % top-1 (BSConv, Table 3)")),
        bsConv("mobilenetv3_large", LARGE, false, Map.of("w1", "71.5 % top-1 (BSConv, Table 3)")),
        bsConv(
            "cifar_mobilenetv3_small",
            SMALL,
            true,
            Map.of(
                "w1",
                "CIFAR-10 92.7 %, CIFAR-100 73.7 % (BSConv, Table 1)",
                "w3d4",
                "CIFAR-10 92.5 %, CIFAR-100 72.0 % (BSConv, Table 1)",
                "w1d2",
                "CIFAR-10 91.7 %, CIFAR-100 69.6 % (BSConv, Table 1)",
                "w7d20",
                "CIFAR-10 90.6 %, CIFAR-100 67.2 % (BSConv, Table 1)")),
        bsConv(
            "cifar_mobilenetv3_large",
            LARGE,
            true,
            Map.of(
                "w1",
                "CIFAR-10 94.6 %, CIFAR-100 77.7 % (BSConv, Table 1)",
                "w3d4",
                "CIFAR-10 94.4 %, CIFAR-100 77.0 % (BSConv, Table 1)",
                "w1d2",
                "CIFAR-10 93.9 %, CIFAR-100 75.3 % (BSConv, Table 1)",
                "w7d20",
                "CIFAR-10 93.0 %, CIFAR-100 73.7 % (BSConv, Table 1)")));
  }

  private static int threeQuarters(int width) {
    return Widths.divisible(0.75 * width, 8);
  }

  private static NamedNetwork network(String name, Table table, Scaling scaling, String reported) {
    return new NamedNetwork(name, layers -> define(layers, table, scaling, false), reported);
  }

  private static Structure bsConv(
      String name, Table table, boolean thumbnail, Map<String, String> reported) {
    return new Structure(
        name,
        thumbnail ? 32 : 224,
        List.of(BSCONV),
        Stream.of("w1", "w3d4", "w1d2", "w7d20")
            .map(
                size ->
                    new NamedNetwork(
                        name + "_" + size + "_bsconvs_p1d6",
                        layers ->
                            define(
                                layers,
                                table,
                                new Scaling(Widths.scaled(size), false, false, false),
                                thumbnail),
                        reported.getOrDefault(size, "")))
            .toList());
  }

  private static Features define(Layers layers, Table table, Scaling scaling, boolean thumbnail) {
    Features x = BsConvModels.input(layers);
    Conv stem = Conv.of(3, thumbnail ? 1 : 2);
    x = layers.convNormAct("stem", x, scaling.width(STEM), stem, HARDSWISH);
    int in = STEM;
    for (Row row : table.rows()) {
      layers.row(row.stage());
      for (Block block : row.blocks()) {
        boolean halves = block.stride() == 2 && !(thumbnail && row.stage() == table.unhalved());
        int expanded = scaling.expanded(block.expanded(), in, x.channels());
        boolean expands = block.expanded() != in || BsConvModels.isStyleOf(layers);
        x =
            block(
                layers,
                x,
                block,
                expands ? OptionalInt.of(expanded) : OptionalInt.empty(),
                scaling.width(row.width()),
                halves ? 2 : 1);
        in = row.width();
      }
    }
    x = layers.convNormAct("head", x, scaling.head(table, in, x), Conv.pointwise(), HARDSWISH);
    return BsConvModels.isStyleOf(layers)
        ? lightHead(layers, x, table, thumbnail ? CIFAR_CLASSES : CLASSES)
        : head(layers, x, scaling.hidden(table));
  }

  /** An expansion, where there is one; a depthwise convolution; a projection. */
  private static Features block(
      Layers layers, Features in, Block block, OptionalInt expanded, int out, int stride) {
    String name = layers.block();
    Function function = block.function();
    Features x = in;
    if (expanded.isPresent()) {
      Conv conv = Conv.pointwise();
      x = layers.convNormAct(name + ".expand", x, expanded.getAsInt(), conv, function);
    }
    x = layers.depthwiseNorm(name + ".depthwise", x, Conv.of(block.kernel(), stride));
    boolean gatedFirst = layers.style().has(Fact.GATES_BEFORE_ACTIVATION) && expanded.isPresent();
    x = gatedFirst ? gated(layers, name, x, block) : x;
    x = layers.activation(name + ".depthwise.act", x, function);
    x = gatedFirst ? x : gated(layers, name, x, block);
    x = layers.convNorm(name + ".project", x, out, Conv.pointwise());
    return stride == 1 && in.channels() == x.channels() ? layers.add(name + ".add", in, x) : x;
  }

  private static Features gated(Layers layers, String block, Features in, Block row) {
    return row.gated() ? squeezeExcite(layers, block + ".gate", in) : in;
  }

  private static Features squeezeExcite(Layers layers, String name, Features in) {
    int squeezed =
        BsConvModels.isStyleOf(layers)
            ? Math.max(1, in.channels() / 4)
            : Widths.divisible(in.channels() / 4, 8);
    return layers.squeezeExcite(name, in, squeezed, RELU, HARDSIGMOID);
  }

  private static Features head(Layers layers, Features in, int hidden) {
    Features x = layers.globalAveragePool("pool", in);
    return layers.hiddenClassifier("classifier", x, hidden, HARDSWISH, CLASSES);
  }

  private static Features lightHead(Layers layers, Features in, Table table, int classes) {
    Features x = table.gatedHead() ? squeezeExcite(layers, "head.gate", in) : in;
    return BsConvModels.classifier(layers, layers.globalAveragePool("pool", x), classes);
  }
}
