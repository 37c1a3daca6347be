package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.HARDSIGMOID;
import static dev.vgnet.graph.Operator.Function.HARDSWISH;
import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import dev.vgnet.zoo.Widths;
import dev.vgnet.zoo.family.MobileNetV3Table.Block;
import dev.vgnet.zoo.family.MobileNetV3Table.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    int head(MobileNetV3Table table, int paperIn, Features in) {
      return scalesHead ? expanded(table.head(), paperIn, in.channels()) : table.head();
    }

    int hidden(MobileNetV3Table table) {
      return scalesHidden ? width(table.hidden()) : table.hidden();
    }
  }

  private static final int STEM = 16;

  private static final Scaling WHOLE = new Scaling(width -> width, false, true, true);
  private static final Scaling THREE_QUARTERS =
      new Scaling(MobileNetV3::threeQuarters, false, true, true);
  private static final Scaling D_LI14_THREE_QUARTERS =
      new Scaling(MobileNetV3::threeQuarters, true, true, false);

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
            List.of(
                MobileNetV3Styles.TORCHVISION,
                MobileNetV3Styles.CV_MODELS_SMALL,
                MobileNetV3Styles.D_LI14,
                MobileNetV3Styles.TIMM),
            List.of(
                network(
                    "mobilenet_v3_small",
                    MobileNetV3Table.SMALL,
                    WHOLE,
                    "2.543 M, 67.4 % top-1 (VGNet, Table 3)"),
                network("mobilenet_v3_small_x0_75", MobileNetV3Table.SMALL, THREE_QUARTERS, ""))),
        new Structure(
            "mobilenet_v3_large",
            224,
            List.of(
                MobileNetV3Styles.TORCHVISION,
                MobileNetV3Styles.CV_MODELS_LARGE,
                MobileNetV3Styles.D_LI14,
                MobileNetV3Styles.TIMM),
            List.of(
                network("mobilenet_v3_large", MobileNetV3Table.LARGE, WHOLE, ""),
                network("mobilenet_v3_large_x0_75", MobileNetV3Table.LARGE, THREE_QUARTERS, ""),
                network(
                    "mobilenetv3_large_x0_75",
                    MobileNetV3Table.LARGE,
                    D_LI14_THREE_QUARTERS,
                    "3.994 M, 73.3 % top-1 (VGNet, Table 3)"))),
        bsConv(
            "mobilenetv3_small",
            MobileNetV3Table.SMALL,
            false,
            Map.of("w1", "64.8 % top-1 (BSConv, Table 3)")),
        bsConv(
            "mobilenetv3_large",
            MobileNetV3Table.LARGE,
            false,
            Map.of("w1", "71.5 % top-1 (BSConv, Table 3)")),
        bsConv(
            "cifar_mobilenetv3_small",
            MobileNetV3Table.SMALL,
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
            MobileNetV3Table.LARGE,
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

  private static NamedNetwork network(
      String name, MobileNetV3Table table, Scaling scaling, String reported) {
    return new NamedNetwork(name, layers -> define(layers, table, scaling, false), reported);
  }

  private static Structure bsConv(
      String name, MobileNetV3Table table, boolean thumbnail, Map<String, String> reported) {
    return new Structure(
        name,
        thumbnail ? 32 : 224,
        List.of(MobileNetV3Styles.BSCONV),
        Stream.of("w1", "w3d4", "w1d2", "w7d20")
            .map(
                size ->
                    new NamedNetwork(
                        name + "_" + size + "_bsconvs_p1d6",
                        layers ->
                            define(
                                layers,
                                table,
                                new Scaling(BsConvModels.scaled(size), false, false, false),
                                thumbnail),
                        reported.getOrDefault(size, "")))
            .toList());
  }

  private static Features define(
      Layers layers, MobileNetV3Table table, Scaling scaling, boolean thumbnail) {
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
                    block,
                    expands ? OptionalInt.of(expanded) : OptionalInt.empty(),
                    scaling.width(row.width()),
                    halves ? 2 : 1)
                .add(layers, x);
        in = row.width();
      }
    }
    x = layers.convNormAct("head", x, scaling.head(table, in, x), Conv.pointwise(), HARDSWISH);
    return BsConvModels.isStyleOf(layers)
        ? lightHead(layers, x, table, thumbnail ? CIFAR_CLASSES : CLASSES)
        : head(layers, x, scaling.hidden(table));
  }

  private static InvertedResidual block(
      Layers layers, Block block, OptionalInt expanded, int out, int stride) {
    InvertedResidual.Gate gate = (scope, x) -> squeezeExcite(layers, scope, x);
    return new InvertedResidual(
        expanded,
        Conv.of(block.kernel(), stride),
        block.function(),
        out,
        block.gated() ? Optional.of(gate) : Optional.empty(),
        layers.style().has(MobileNetV3Styles.Fact.GATES_BEFORE_ACTIVATION) && expanded.isPresent());
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

  private static Features lightHead(
      Layers layers, Features in, MobileNetV3Table table, int classes) {
    Features x = table.gatedHead() ? squeezeExcite(layers, "head.gate", in) : in;
    return BsConvModels.classifier(layers, layers.globalAveragePool("pool", x), classes);
  }
}
