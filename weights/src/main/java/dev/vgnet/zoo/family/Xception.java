package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.zoo.BsConv;
import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.KeyStyle.Fact;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import java.util.List;

/**
 * Xception (Chollet 2017, Figure 5): residual blocks of depthwise separable convolutions. BSConv
 * turns their order around (section 4.1): pointwise first, then depthwise.
 */
public final class Xception implements Family {
  private static final int CLASSES = 1000;
  private static final List<Integer> STEM = List.of(32, 64);
  private static final List<Integer> HEAD = List.of(1536, 2048);

  /**
   * A row of the figure.
   *
   * @param first width of the first convolution of a block
   * @param width of the others
   * @param convolutions of a block
   * @param blocks how many; if one, it halves the image
   */
  private record Row(int first, int width, int convolutions, int blocks) {
    boolean halves() {
      return blocks == 1;
    }
  }

  private static final List<Row> TABLE =
      List.of(
          new Row(128, 128, 2, 1),
          new Row(256, 256, 2, 1),
          new Row(728, 728, 2, 1),
          new Row(728, 728, 3, 8),
          new Row(728, 1024, 2, 1));

  private enum Form implements Fact {
    POINTWISE_FIRST,
    /** A block's activation is written over its input, so that the shortcut has it, too. */
    ACTIVATES_IN_PLACE
  }

  private static final KeyStyle CV_MODELS =
      common("cv-models")
          .rule("stage*.block*.conv*.depthwise", "features.{number+1}.branch1.conv{3}.0")
          .rule("stage*.block*.conv*.conv", "features.{number+1}.branch1.conv{3}.1")
          .rule("stage*.block*.conv*.norm", "features.{number+1}.branch1.conv{3}.2")
          .rule("head1.depthwise", "features.{number+2}.0")
          .rule("head1.conv", "features.{number+2}.1")
          .rule("head1.norm", "features.{number+2}.2")
          .rule("head2.depthwise", "features.{number+4}.0")
          .rule("head2.conv", "features.{number+4}.1")
          .rule("head2.norm", "features.{number+4}.2");

  private static final KeyStyle CV_MODELS_REVERSED =
      common("cv-models, pointwise before depthwise")
          .with(Form.POINTWISE_FIRST)
          .rule("stage*.block*.conv*.conv", "features.{number+1}.branch1.conv{3}.0")
          .rule("stage*.block*.conv*.norm", "features.{number+1}.branch1.conv{3}.1")
          .rule("head1.conv", "features.{number+2}.0")
          .rule("head1.norm", "features.{number+2}.1")
          .rule("head2.conv", "features.{number+4}.0")
          .rule("head2.norm", "features.{number+4}.1");

  private static final KeyStyle TIMM = timm();

  /** For the service loader. */
  public Xception() {}

  private static KeyStyle common(String name) {
    return KeyStyle.of(name)
        .with(Form.ACTIVATES_IN_PLACE)
        .rule("stem1.conv", "features.0.0")
        .rule("stem1.norm", "features.0.1")
        .rule("stem2.conv", "features.1.0")
        .rule("stem2.norm", "features.1.1")
        .rule("stage*.block*.projection.conv", "features.{number+1}.branch2.0")
        .rule("stage*.block*.projection.norm", "features.{number+1}.branch2.1")
        .rule("classifier", "classifier");
  }

  /** A block's layers are numbered through, activations too; the first block begins without one. */
  private static KeyStyle timm() {
    KeyStyle style =
        KeyStyle.of("timm")
            .preprocessing(Xception::timmPreprocessing)
            .rule("stem*.conv", "conv{1}")
            .rule("stem*.norm", "bn{1}")
            .rule("*.*.projection.conv", "block{number}.skip")
            .rule("*.*.projection.norm", "block{number}.skipbn")
            .rule("head1.depthwise", "conv3.conv1")
            .rule("head1.conv", "conv3.pointwise")
            .rule("head1.norm", "bn3")
            .rule("head2.depthwise", "conv4.conv1")
            .rule("head2.conv", "conv4.pointwise")
            .rule("head2.norm", "bn4")
            .rule("classifier", "fc");
    for (int i = 1; i <= 3; i++) {
      style = timmConvolution(style, "stage1.block1.conv" + i, 3 * i - 3);
      style = timmConvolution(style, "stage*.block*.conv" + i, 3 * i - 2);
    }
    return style;
  }

  private static Preprocessing timmPreprocessing(int size) {
    int resize = (int) (size / 0.8975);
    List<Double> halves = List.of(0.5, 0.5, 0.5);
    return new Preprocessing(resize, size, Interpolation.BICUBIC, halves, halves);
  }

  private static KeyStyle timmConvolution(KeyStyle style, String scope, int index) {
    return style
        .rule(scope + ".depthwise", "block{number}.rep." + index + ".conv1")
        .rule(scope + ".conv", "block{number}.rep." + index + ".pointwise")
        .rule(scope + ".norm", "block{number}.rep." + (index + 1));
  }

  @Override
  public String name() {
    return "Xception";
  }

  @Override
  public List<Structure> structures() {
    NamedNetwork xception =
        new NamedNetwork("xception", Xception::define, "59.6 % on Stanford Dogs (BSConv, Table 4)");
    return List.of(
        new Structure(
            "xception", 224, List.of(CV_MODELS), List.of(xception, xception.with(BsConv.U, ""))),
        new Structure(
            "xception_reversed",
            224,
            List.of(CV_MODELS_REVERSED),
            List.of(
                new NamedNetwork(
                    "xception_bsconvu_reversed",
                    Xception::define,
                    "64.3 % on Stanford Dogs (BSConv, Table 4)"))),
        new Structure(
            "legacy_xception",
            299,
            List.of(TIMM),
            List.of(new NamedNetwork("legacy_xception", Xception::define, ""))));
  }

  private static Features define(Layers layers) {
    Conv stem = Conv.of(3, 2).padded(0);
    Features x = layers.convNormAct("stem1", layers.input(), STEM.getFirst(), stem, RELU);
    x = layers.convNormAct("stem2", x, STEM.getLast(), Conv.of(3, 1).padded(0), RELU);
    for (int stage = 1; stage <= TABLE.size(); stage++) {
      Row row = TABLE.get(stage - 1);
      layers.row(stage);
      for (int i = 0; i < row.blocks(); i++) {
        x = block(layers, x, row);
      }
    }
    x = layers.activation("head1.act", separable(layers, "head1", x, HEAD.getFirst()), RELU);
    x = layers.activation("head2.act", separable(layers, "head2", x, HEAD.getLast()), RELU);
    return layers.classifier("classifier", layers.globalAveragePool("pool", x), CLASSES);
  }

  private static Features block(Layers layers, Features in, Row row) {
    String name = layers.block();
    Features activated = layers.activation(name + ".act", in, RELU);
    Features x = separable(layers, name + ".conv1", activated, row.first());
    for (int i = 2; i <= row.convolutions(); i++) {
      x = layers.activation(name + ".conv" + (i - 1) + ".act", x, RELU);
      x = separable(layers, name + ".conv" + i, x, row.width());
    }
    Features shortcut = layers.style().has(Form.ACTIVATES_IN_PLACE) ? activated : in;
    if (row.halves()) {
      x = layers.maxPool(name + ".pool", x, 3, 2, 1);
      shortcut = layers.convNorm(name + ".projection", shortcut, x.channels(), Conv.of(1, 2));
    }
    return layers.add(name + ".add", x, shortcut);
  }

  private static Features separable(Layers layers, String scope, Features in, int out) {
    Conv window = Conv.of(3, 1);
    if (layers.style().has(Form.POINTWISE_FIRST)) {
      return layers.separatedConvNorm(scope, in, out, window, BsConv.U);
    }
    Features x = layers.depthwise(scope + ".depthwise", in, window);
    return layers.convNorm(scope, x, out, Conv.pointwise());
  }
}
