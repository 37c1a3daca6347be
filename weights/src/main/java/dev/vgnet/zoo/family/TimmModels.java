package dev.vgnet.zoo.family;

import dev.vgnet.zoo.KeyStyle;

/** What timm's models of inverted residuals have in common. */
final class TimmModels {
  /** The rules but for the head; the first block is of another class, with names of its own. */
  static final KeyStyle STYLE =
      KeyStyle.of("timm")
          .preprocessing(KeyStyle::bicubic)
          .rule("stem.conv", "conv_stem")
          .rule("stem.norm", "bn1")
          .rule("stage1.block1.depthwise.norm", "blocks.0.0.bn1")
          .rule("stage1.block1.project.conv", "blocks.0.0.conv_pw")
          .rule("stage1.block1.project.norm", "blocks.0.0.bn2")
          .rule("stage*.block*.expand.conv", "blocks.{row-1}.{repeat-1}.conv_pw")
          .rule("stage*.block*.expand.norm", "blocks.{row-1}.{repeat-1}.bn1")
          .rule("stage*.block*.depthwise.conv", "blocks.{row-1}.{repeat-1}.conv_dw")
          .rule("stage*.block*.depthwise.norm", "blocks.{row-1}.{repeat-1}.bn2")
          .rule("stage*.block*.gate.*", "blocks.{row-1}.{repeat-1}.se.conv_{3}")
          .rule("stage*.block*.project.conv", "blocks.{row-1}.{repeat-1}.conv_pwl")
          .rule("stage*.block*.project.norm", "blocks.{row-1}.{repeat-1}.bn3")
          .rule("classifier", "classifier");

  /** With a convolution ahead of the mean, as most have it. */
  static final KeyStyle EFFICIENT_NET =
      STYLE.rule("head.conv", "conv_head").rule("head.norm", "bn2");

  private TimmModels() {}
}
