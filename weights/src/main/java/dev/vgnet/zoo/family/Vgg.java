package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;

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
 * VGG-16 with batch norms (Simonyan and Zisserman 2015, Table 1, column D). With the mean of the
 * last feature map in place of two fully connected layers it has the "8.5 times fewer parameters"
 * that BSConv's section 5.3 reports.
 */
public final class Vgg implements Family {
  private static final int CLASSES = 1000;
  private static final int HIDDEN = 4096;

  /** Sides of the feature map that the fully connected layers read. */
  private static final int CELLS = 7;

  /**
   * A row of the table; the image is halved after it.
   *
   * @param repeats how many convolutions
   */
  private record Row(int width, int repeats) {}

  private static final List<Row> TABLE =
      List.of(new Row(64, 2), new Row(128, 2), new Row(256, 3), new Row(512, 3), new Row(512, 3));

  private enum Head implements Fact {
    CONVOLUTIONAL
  }

  private static final KeyStyle TORCHVISION =
      features("torchvision")
          .rule("hidden1", "classifier.0")
          .rule("hidden2", "classifier.3")
          .rule("classifier", "classifier.6");

  private static final KeyStyle TIMM =
      features("timm")
          .with(Head.CONVOLUTIONAL)
          .rule("hidden*", "pre_logits.fc{1}")
          .rule("classifier", "head.fc");

  private static final KeyStyle POOLED =
      features("torchvision, with a pooled head").rule("classifier", "classifier");

  /** For the service loader. */
  public Vgg() {}

  /** Layers are numbered through: three a convolution, and one for each pooling before it. */
  private static KeyStyle features(String name) {
    KeyStyle style = KeyStyle.of(name);
    for (int stage = 1; stage <= TABLE.size(); stage++) {
      int poolings = stage - 1;
      style =
          style
              .rule("stage" + stage + ".*.conv", module(poolings - 3))
              .rule("stage" + stage + ".*.norm", module(poolings - 2));
    }
    return style;
  }

  private static String module(int offset) {
    return "features.{3*number" + (offset < 0 ? "" : "+") + offset + "}";
  }

  @Override
  public String name() {
    return "VGG";
  }

  @Override
  public List<Structure> structures() {
    NamedNetwork full =
        new NamedNetwork(
            "vgg16_bn",
            layers -> hidden(layers, features(layers)),
            "60.5 % on Stanford Dogs (BSConv, Table 4)");
    NamedNetwork pooled =
        new NamedNetwork("vgg16_bn_gap", layers -> pooled(layers, features(layers)), "");
    String separated = "62.4 % on Stanford Dogs (BSConv, Table 4)";
    return List.of(
        new Structure(
            "vgg", 224, List.of(TORCHVISION, TIMM), List.of(full, full.with(BsConv.U, separated))),
        new Structure(
            "vgg_gap", 224, List.of(POOLED), List.of(pooled, pooled.with(BsConv.U, separated))));
  }

  private static Features features(Layers layers) {
    Features x = layers.input();
    for (int stage = 1; stage <= TABLE.size(); stage++) {
      Row row = TABLE.get(stage - 1);
      layers.row(stage);
      for (int i = 0; i < row.repeats(); i++) {
        String name = layers.block();
        x = layers.convNormAct(name, x, row.width(), Conv.of(3, 1).biased(), RELU);
      }
      x = layers.maxPool("stage" + stage + ".pool", x, 2, 2, 0);
    }
    return x;
  }

  private static Features pooled(Layers layers, Features in) {
    return layers.classifier("classifier", layers.globalAveragePool("pool", in), CLASSES);
  }

  /** Two fully connected layers before the last one. */
  private static Features hidden(Layers layers, Features in) {
    if (layers.style().has(Head.CONVOLUTIONAL)) {
      return hiddenConvolutions(layers, in);
    }
    Features x = layers.adaptiveAveragePool("pool", in, CELLS);
    x = layers.flatten("flatten", x, CELLS * CELLS);
    x = layers.activation("hidden1.act", layers.linear("hidden1", x, HIDDEN), RELU);
    x = layers.activation("hidden2.act", layers.linear("hidden2", x, HIDDEN), RELU);
    return layers.logits("classifier", x, CLASSES);
  }

  /** The same on a map of 7x7; on larger ones, their mean over all places of a window. */
  private static Features hiddenConvolutions(Layers layers, Features in) {
    Conv window = Conv.of(CELLS, 1).padded(0).biased();
    Features x = layers.activation("hidden1.act", layers.conv("hidden1", in, HIDDEN, window), RELU);
    Conv pointwise = Conv.pointwise().biased();
    x = layers.activation("hidden2.act", layers.conv("hidden2", x, HIDDEN, pointwise), RELU);
    return layers.classifier("classifier", layers.globalAveragePool("pool", x), CLASSES);
  }
}
