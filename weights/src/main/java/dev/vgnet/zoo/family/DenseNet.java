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
import java.util.List;

/**
 * DenseNet-121 (Huang et al. 2017, Table 1): each layer adds channels to those of all layers before
 * it. Norms and activations come before the convolutions.
 */
public final class DenseNet implements Family {
  private static final int CLASSES = 1000;
  private static final int STEM = 64;
  private static final int GROWTH = 32;
  private static final int BOTTLENECK = 4 * GROWTH;
  private static final List<Integer> LAYERS = List.of(6, 12, 24, 16);

  private static final KeyStyle TORCHVISION =
      torchvision(
          KeyStyle.of("torchvision or timm")
              .rule("stage*.block*.*", "features.denseblock{stage}.denselayer{block}.{3}"));

  /** The file that torchvision offers is older than its code, which renames these when it loads. */
  private static final KeyStyle TORCHVISION_FILE =
      torchvision(
          KeyStyle.of("torchvision's own file")
              .rule("stage*.block*.conv*", "features.denseblock{stage}.denselayer{block}.conv.{3}")
              .rule(
                  "stage*.block*.norm*", "features.denseblock{stage}.denselayer{block}.norm.{3}"));

  private static final KeyStyle CV_MODELS =
      KeyStyle.of("cv-models")
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage*.block*.*", "features.{2*stage}.features.{block-1}.{3}")
          .rule("transition*.*", "features.{2*stage+1}.{2}")
          .rule("head.norm", "features.{2*stage+1}")
          .rule("classifier", "classifier");

  /** For the service loader. */
  public DenseNet() {}

  private static KeyStyle torchvision(KeyStyle blocks) {
    return blocks
        .rule("stem.*", "features.{1}0")
        .rule("transition*.*", "features.transition{1}.{2}")
        .rule("head.norm", "features.norm5")
        .rule("classifier", "classifier");
  }

  @Override
  public String name() {
    return "DenseNet";
  }

  @Override
  public List<Structure> structures() {
    NamedNetwork densenet121 =
        new NamedNetwork(
            "densenet121", DenseNet::define, "56.9 % on Stanford Dogs (BSConv, Table 4)");
    return List.of(
        new Structure(
            "densenet",
            224,
            List.of(TORCHVISION, CV_MODELS, TORCHVISION_FILE),
            List.of(
                densenet121,
                densenet121.with(BsConv.U, "59.4 % on Stanford Dogs (BSConv, Table 4)"))));
  }

  private static Features define(Layers layers) {
    Features x = layers.convNormAct("stem", layers.input(), STEM, Conv.of(7, 2), RELU);
    x = layers.maxPool("stem.pool", x, 3, 2, 1);
    for (int stage = 1; stage <= LAYERS.size(); stage++) {
      layers.row(stage);
      x = denseBlock(layers, x, LAYERS.get(stage - 1));
      if (stage < LAYERS.size()) {
        x = transition(layers, x, "transition" + stage);
      }
    }
    x = normAct(layers, "head.norm", x);
    return layers.classifier("classifier", layers.globalAveragePool("pool", x), CLASSES);
  }

  private static Features denseBlock(Layers layers, Features in, int standard) {
    Features all = in;
    int count = layers.repeats(standard, "norm1", "norm2");
    for (int i = 0; i < count; i++) {
      String name = layers.block();
      Features x = normAct(layers, name + ".norm1", all);
      x = layers.conv(name + ".conv1", x, BOTTLENECK, Conv.pointwise());
      x = normAct(layers, name + ".norm2", x);
      x = layers.conv(name + ".conv2", x, GROWTH, Conv.of(3, 1));
      all = layers.concat(name + ".concat", all, x);
    }
    return all;
  }

  /** Half the channels, half the image's sides. */
  private static Features transition(Layers layers, Features in, String name) {
    Features x = normAct(layers, name + ".norm", in);
    x = layers.conv(name + ".conv", x, in.channels() / 2, Conv.pointwise());
    return layers.averagePool(name + ".pool", x, 2, 2);
  }

  private static Features normAct(Layers layers, String name, Features in) {
    return layers.activation(name + ".act", layers.norm(name, in), RELU);
  }
}
