package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.HARDSIGMOID;
import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import dev.vgnet.zoo.Widths;
import java.util.List;

/**
 * GhostNet (Han et al. 2020, Table 1): in place of a pointwise convolution, one of half the width
 * and a cheap depthwise one of its output, joined.
 */
public final class GhostNet implements Family {
  private static final int CLASSES = 1000;
  private static final int STEM = 16;
  private static final int HEAD = 960;
  private static final int HIDDEN = 1280;
  private static final int CHEAP_KERNEL = 3;

  /**
   * A bottleneck.
   *
   * @param gated true if it has squeeze-excite
   */
  private record Block(int kernel, int expanded, int width, boolean gated) {}

  /**
   * Bottlenecks of which the first has a stride.
   *
   * @param stage blocks of one image size
   */
  private record Row(int stage, int stride, List<Block> blocks) {
    Row(int stage, int stride, Block... blocks) {
      this(stage, stride, List.of(blocks));
    }
  }

  private static final List<Row> TABLE =
      List.of(
          new Row(1, 1, new Block(3, 16, 16, false)),
          new Row(2, 2, new Block(3, 48, 24, false)),
          new Row(2, 1, new Block(3, 72, 24, false)),
          new Row(3, 2, new Block(5, 72, 40, true)),
          new Row(3, 1, new Block(5, 120, 40, true)),
          new Row(4, 2, new Block(3, 240, 80, false)),
          new Row(
              4,
              1,
              new Block(3, 200, 80, false),
              new Block(3, 184, 80, false),
              new Block(3, 184, 80, false),
              new Block(3, 480, 112, true),
              new Block(3, 672, 112, true)),
          new Row(5, 2, new Block(5, 672, 160, true)),
          new Row(
              5,
              1,
              new Block(5, 960, 160, false),
              new Block(5, 960, 160, true),
              new Block(5, 960, 160, false),
              new Block(5, 960, 160, true)));

  private static final KeyStyle HUAWEI =
      blocks(KeyStyle.of("Huawei or timm").with(Layers.Fact.CONV_HEAD), "blocks.{row-1}.{repeat-1}")
          .rule("stem.conv", "conv_stem")
          .rule("stem.norm", "bn1")
          .rule("stage*.block*.gate.*", "blocks.{row-1}.{repeat-1}.se.conv_{3}")
          .rule("head.conv", "blocks.{row}.0.conv")
          .rule("head.norm", "blocks.{row}.0.bn1")
          .rule("head.hidden", "conv_head")
          .rule("classifier", "classifier");

  private static final KeyStyle CV_MODELS =
      blocks(
              KeyStyle.of("cv-models").with(Layers.Fact.GATES_OF_EIGHTS),
              "features.{row}.{repeat-1}")
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage*.block*.gate.*", "features.{row}.{repeat-1}.se.{3}")
          .rule("head.conv", "features.{row+1}.0")
          .rule("head.norm", "features.{row+1}.1")
          .rule("head.hidden", "classifier.0")
          .rule("classifier", "classifier.3");

  private static KeyStyle blocks(KeyStyle style, String block) {
    return style
        .rule("stage*.block*.shortcut.depthwise.conv", block + ".shortcut.0")
        .rule("stage*.block*.shortcut.depthwise.norm", block + ".shortcut.1")
        .rule("stage*.block*.shortcut.pointwise.conv", block + ".shortcut.2")
        .rule("stage*.block*.shortcut.pointwise.norm", block + ".shortcut.3")
        .rule("stage*.block*.depthwise.conv", block + ".conv_dw")
        .rule("stage*.block*.depthwise.norm", block + ".bn_dw")
        .rule("stage*.block*.*.primary.conv", block + ".{3}.primary_conv.0")
        .rule("stage*.block*.*.primary.norm", block + ".{3}.primary_conv.1")
        .rule("stage*.block*.*.cheap.conv", block + ".{3}.cheap_operation.0")
        .rule("stage*.block*.*.cheap.norm", block + ".{3}.cheap_operation.1");
  }

  /** For the service loader. */
  public GhostNet() {}

  @Override
  public String name() {
    return "GhostNet";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "ghostnet",
            224,
            List.of(HUAWEI, CV_MODELS),
            List.of(
                new NamedNetwork(
                    "ghostnet_x1_0", GhostNet::define, "5.183 M, 73.9 % top-1 (VGNet, Table 3)"))));
  }

  private static Features define(Layers layers) {
    Features x = layers.convNormAct("stem", layers.input(), STEM, Conv.of(3, 2), RELU);
    for (Row row : TABLE) {
      layers.row(row.stage());
      int stride = row.stride();
      for (Block block : row.blocks()) {
        x = block(layers, x, block, stride);
        stride = 1;
      }
    }
    x = layers.convNormAct("head", x, HEAD, Conv.pointwise(), RELU);
    x = layers.globalAveragePool("pool", x);
    return layers.hiddenClassifier("classifier", x, HIDDEN, RELU, CLASSES);
  }

  private static Features block(Layers layers, Features in, Block block, int stride) {
    String name = layers.block();
    Conv window = Conv.of(block.kernel(), stride);
    Features x = ghost(layers, name + ".ghost1", in, block.expanded(), true);
    if (stride > 1) {
      x = layers.depthwiseNorm(name + ".depthwise", x, window);
    }
    if (block.gated()) {
      int divisor = layers.style().has(Layers.Fact.GATES_OF_EIGHTS) ? 8 : 4;
      int squeezed = Widths.divisible(x.channels() / 4.0, divisor);
      x = layers.squeezeExcite(name + ".gate", x, squeezed, RELU, HARDSIGMOID);
    }
    x = ghost(layers, name + ".ghost2", x, block.width(), false);
    return layers.add(
        name + ".add",
        x,
        stride == 1 && in.channels() == x.channels()
            ? in
            : shortcut(layers, name + ".shortcut", in, window, x.channels()));
  }

  /** All widths are even, so that nothing of the second half is left over. */
  private static Features ghost(
      Layers layers, String name, Features in, int out, boolean activated) {
    Features primary = layers.convNorm(name + ".primary", in, out / 2, Conv.pointwise());
    primary = activated ? layers.activation(name + ".primary.act", primary, RELU) : primary;
    Features cheap = layers.depthwiseNorm(name + ".cheap", primary, Conv.of(CHEAP_KERNEL, 1));
    cheap = activated ? layers.activation(name + ".cheap.act", cheap, RELU) : cheap;
    return layers.concat(name + ".concat", primary, cheap);
  }

  private static Features shortcut(Layers layers, String name, Features in, Conv window, int out) {
    Features x = layers.depthwiseNorm(name + ".depthwise", in, window);
    return layers.convNorm(name + ".pointwise", x, out, Conv.pointwise());
  }
}
