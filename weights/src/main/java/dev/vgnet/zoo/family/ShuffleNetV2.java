package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import java.util.List;

/**
 * ShuffleNetV2 (Ma et al. 2018, Table 5): half of the channels pass a unit untouched, and a shuffle
 * after each unit mixes the halves.
 */
public final class ShuffleNetV2 implements Family {
  private static final int CLASSES = 1000;
  private static final int STEM = 24;

  /** Stage 1 of the table is the stem. */
  private static final int FIRST_STAGE = 2;

  private static final List<Integer> UNITS = List.of(4, 8, 4);

  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision")
          .rule("stem.conv", "conv1.0")
          .rule("stem.norm", "conv1.1")
          .rule("*.*.shortcut.depthwise.conv", "{1}.{block-1}.branch1.0")
          .rule("*.*.shortcut.depthwise.norm", "{1}.{block-1}.branch1.1")
          .rule("*.*.shortcut.pointwise.conv", "{1}.{block-1}.branch1.2")
          .rule("*.*.shortcut.pointwise.norm", "{1}.{block-1}.branch1.3")
          .rule("*.*.pointwise1.conv", "{1}.{block-1}.branch2.0")
          .rule("*.*.pointwise1.norm", "{1}.{block-1}.branch2.1")
          .rule("*.*.depthwise.conv", "{1}.{block-1}.branch2.3")
          .rule("*.*.depthwise.norm", "{1}.{block-1}.branch2.4")
          .rule("*.*.pointwise2.conv", "{1}.{block-1}.branch2.5")
          .rule("*.*.pointwise2.norm", "{1}.{block-1}.branch2.6")
          .rule("head.conv", "conv5.0")
          .rule("head.norm", "conv5.1")
          .rule("classifier", "fc");

  private static final KeyStyle CV_MODELS =
      KeyStyle.of("cv-models")
          .rule("stem.conv", "features.stem.0")
          .rule("stem.norm", "features.stem.1")
          .rule("*.*.shortcut.depthwise.conv", "features.{1}.{block-1}.branch1.dwconv.0")
          .rule("*.*.shortcut.depthwise.norm", "features.{1}.{block-1}.branch1.dwconv.1")
          .rule("*.*.shortcut.pointwise.conv", "features.{1}.{block-1}.branch1.1x1.0")
          .rule("*.*.shortcut.pointwise.norm", "features.{1}.{block-1}.branch1.1x1.1")
          .rule("*.*.pointwise*.conv", "features.{1}.{block-1}.branch2.1x1-{3}.0")
          .rule("*.*.pointwise*.norm", "features.{1}.{block-1}.branch2.1x1-{3}.1")
          .rule("*.*.depthwise.conv", "features.{1}.{block-1}.branch2.dwconv.0")
          .rule("*.*.depthwise.norm", "features.{1}.{block-1}.branch2.dwconv.1")
          .rule("head.conv", "features.stage{stage}.{block}.0")
          .rule("head.norm", "features.stage{stage}.{block}.1")
          .rule("classifier", "classifier.1");

  /** For the service loader. */
  public ShuffleNetV2() {}

  @Override
  public String name() {
    return "ShuffleNetV2";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "shufflenet_v2",
            224,
            List.of(TORCHVISION, CV_MODELS),
            List.of(
                network("x1_0", "2.279 M, 69.4 % top-1 (VGNet, Table 3)", 1024, 116, 232, 464),
                network("x1_5", "3.504 M, 72.6 % top-1 (VGNet, Table 3)", 1024, 176, 352, 704),
                network("x0_5", "", 1024, 48, 96, 192),
                network("x2_0", "", 2048, 244, 488, 976))));
  }

  private static NamedNetwork network(String size, String reported, int head, Integer... widths) {
    return new NamedNetwork(
        "shufflenet_v2_" + size, layers -> define(layers, List.of(widths), head), reported);
  }

  private static Features define(Layers layers, List<Integer> widths, int head) {
    Features x = layers.convNormAct("stem", layers.input(), STEM, Conv.of(3, 2), RELU);
    x = layers.maxPool("stem.pool", x, 3, 2, 1);
    for (int i = 0; i < UNITS.size(); i++) {
      layers.row(FIRST_STAGE + i);
      x = halvingUnit(layers, x, widths.get(i));
      for (int unit = 1; unit < UNITS.get(i); unit++) {
        x = unit(layers, x);
      }
    }
    x = layers.convNormAct("head", x, head, Conv.pointwise(), RELU);
    x = layers.globalAveragePool("pool", x);
    return layers.classifier("classifier", x, CLASSES);
  }

  private static Features halvingUnit(Layers layers, Features in, int out) {
    String name = layers.block();
    String shortcut = name + ".shortcut";
    Features kept = layers.depthwiseNorm(shortcut + ".depthwise", in, Conv.of(3, 2));
    kept = layers.convNormAct(shortcut + ".pointwise", kept, out / 2, Conv.pointwise(), RELU);
    return shuffled(layers, name, kept, branch(layers, name, in, out / 2, 2));
  }

  private static Features unit(Layers layers, Features in) {
    String name = layers.block();
    int half = in.channels() / 2;
    Features kept = layers.slice(name + ".kept", in, 0, half);
    Features changed = layers.slice(name + ".changed", in, half, in.channels());
    return shuffled(layers, name, kept, branch(layers, name, changed, half, 1));
  }

  private static Features branch(Layers layers, String name, Features in, int out, int stride) {
    Features x = layers.convNormAct(name + ".pointwise1", in, out, Conv.pointwise(), RELU);
    x = layers.depthwiseNorm(name + ".depthwise", x, Conv.of(3, stride));
    return layers.convNormAct(name + ".pointwise2", x, out, Conv.pointwise(), RELU);
  }

  private static Features shuffled(Layers layers, String name, Features kept, Features changed) {
    return layers.shuffle(name + ".shuffle", layers.concat(name + ".concat", kept, changed), 2);
  }
}
