package dev.vgnet.zoo.family;

import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;

/** How checkpoints of MobileNetV3 name the tensors. */
final class MobileNetV3Styles {
  enum Fact implements KeyStyle.Fact {
    /**
     * In blocks that expand, squeeze-excite comes before the depthwise convolution's activation.
     */
    GATES_BEFORE_ACTIVATION
  }

  static final KeyStyle TORCHVISION =
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

  static final KeyStyle CV_MODELS_SMALL =
      CvModels.staged(CvModels.STYLE, "features.stage{stage}")
          .rule("head.hidden", "classifier.0")
          .rule("classifier", "classifier.3");

  static final KeyStyle CV_MODELS_LARGE =
      CvModels.BLOCK_IN_STEM.rule("head.hidden", "classifier.0").rule("classifier", "classifier.3");

  static final KeyStyle D_LI14 =
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

  static final KeyStyle TIMM =
      TimmModels.STYLE
          .with(Layers.Fact.CONV_HEAD)
          .rule("head.conv", "blocks.{row}.0.conv")
          .rule("head.norm", "blocks.{row}.0.bn1")
          .rule("head.hidden", "conv_head");

  static final KeyStyle BSCONV =
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

  private MobileNetV3Styles() {}
}
