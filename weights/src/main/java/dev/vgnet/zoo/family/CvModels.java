package dev.vgnet.zoo.family;

import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;

/** What cv-models' networks of inverted residuals have in common. */
final class CvModels {
  static final KeyStyle STYLE = KeyStyle.of("cv-models").with(Layers.Fact.GATES_OF_EIGHTS);

  /** The first block does not halve the image and so belongs to the stem. */
  static final KeyStyle BLOCK_IN_STEM =
      staged(blocks(STYLE, "stage1.block1", "features.stem.1"), "features.stage{stage-1}");

  private CvModels() {}

  /** The rules for a network whose modules are stages. */
  static KeyStyle staged(KeyStyle style, String stage) {
    return blocks(style, "stage*.block*", stage + ".{block-1}")
        .rule("stem.conv", "features.stem.0.0")
        .rule("stem.norm", "features.stem.0.1")
        .rule("head.conv", stage + ".{block}.0")
        .rule("head.norm", stage + ".{block}.1");
  }

  /** The rules for the layers of some blocks. */
  static KeyStyle blocks(KeyStyle style, String blocks, String module) {
    String layer = module + ".branch1.{unit}";
    return style
        .rule(blocks + ".gate.reduce", layer + ".reduce")
        .rule(blocks + ".gate.expand", layer + ".expand")
        .rule(blocks + ".expand.conv", layer + ".0")
        .rule(blocks + ".expand.norm", layer + ".1")
        .rule(blocks + ".depthwise.conv", layer + ".0")
        .rule(blocks + ".depthwise.norm", layer + ".1")
        .rule(blocks + ".project.conv", layer + ".0")
        .rule(blocks + ".project.norm", layer + ".1");
  }
}
