package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.SILU;

import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import dev.vgnet.zoo.family.InvertedResiduals.Row;
import java.util.List;

/** EfficientNet-B0 (Tan and Le 2019, Table 1). */
public final class EfficientNet implements Family {
  private static final InvertedResiduals B0 =
      new InvertedResiduals(
          List.of(
              new Row(1, 3, 1, 16, 1, 1, true),
              new Row(2, 3, 6, 24, 2, 2, true),
              new Row(3, 5, 6, 40, 2, 2, true),
              new Row(4, 3, 6, 80, 3, 2, true),
              new Row(4, 5, 6, 112, 3, 1, true),
              new Row(5, 5, 6, 192, 4, 2, true),
              new Row(5, 3, 6, 320, 1, 1, true)),
          SILU);

  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision")
          .preprocessing(KeyStyle::bicubic)
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("stage*.block*.gate.reduce", "features.{row}.{repeat-1}.block.{unit}.fc1")
          .rule("stage*.block*.gate.expand", "features.{row}.{repeat-1}.block.{unit}.fc2")
          .rule("stage*.block*.*.conv", "features.{row}.{repeat-1}.block.{unit}.0")
          .rule("stage*.block*.*.norm", "features.{row}.{repeat-1}.block.{unit}.1")
          .rule("head.conv", "features.{row+1}.0")
          .rule("head.norm", "features.{row+1}.1")
          .rule("classifier", "classifier.1");

  private static final KeyStyle CV_MODELS =
      CvModels.BLOCK_IN_STEM.rule("classifier", "classifier.1");

  /** For the service loader. */
  public EfficientNet() {}

  @Override
  public String name() {
    return "EfficientNet";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        new Structure(
            "efficientnet",
            224,
            List.of(TORCHVISION, CV_MODELS, TimmModels.EFFICIENT_NET),
            List.of(
                new NamedNetwork(
                        "efficientnet_b0",
                        B0::define,
                        "54.7 %, as BSConv-S 61.2 % on Stanford Dogs (BSConv, Table 4)")
                    .noted("BSConv-S differs in training alone: the same tensors and inference"))));
  }
}
