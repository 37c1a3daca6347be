package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.zoo.Family;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.NamedNetwork;
import dev.vgnet.zoo.Structure;
import dev.vgnet.zoo.family.InvertedResiduals.Row;
import java.util.List;

/** MnasNet-A1 (Tan et al. 2019, Figure 7) and the authors' B1, which has no squeeze-excite. */
public final class MnasNet implements Family {
  private static final InvertedResiduals A1 =
      new InvertedResiduals(
          List.of(
              new Row(1, 3, 1, 16, 1, 1, false),
              new Row(2, 3, 6, 24, 2, 2, false),
              new Row(3, 5, 3, 40, 3, 2, true),
              new Row(4, 3, 6, 80, 4, 2, false),
              new Row(4, 3, 6, 112, 2, 1, true),
              new Row(5, 5, 6, 160, 3, 2, true),
              new Row(5, 3, 6, 320, 1, 1, false)),
          RELU);

  private static final InvertedResiduals B1 =
      new InvertedResiduals(
          List.of(
              new Row(1, 3, 1, 16, 1, 1, false),
              new Row(2, 3, 3, 24, 3, 2, false),
              new Row(3, 5, 3, 40, 3, 2, false),
              new Row(4, 5, 6, 80, 3, 2, false),
              new Row(4, 3, 6, 96, 2, 1, false),
              new Row(5, 5, 6, 192, 4, 2, false),
              new Row(5, 3, 6, 320, 1, 1, false)),
          RELU);

  /** The first row's layers are not inside a block. */
  private static final KeyStyle TORCHVISION =
      KeyStyle.of("torchvision")
          .rule("stem.conv", "layers.0")
          .rule("stem.norm", "layers.1")
          .rule("stage1.block1.*.conv", "layers.{3*unit+3}")
          .rule("stage1.block1.*.norm", "layers.{3*unit+4}")
          .rule("stage*.block*.*.conv", "layers.{row+6}.{repeat-1}.layers.{3*unit}")
          .rule("stage*.block*.*.norm", "layers.{row+6}.{repeat-1}.layers.{3*unit+1}")
          .rule("head.conv", "layers.{row+7}")
          .rule("head.norm", "layers.{row+8}")
          .rule("classifier", "classifier.1");

  private static final KeyStyle CV_MODELS =
      CvModels.blocks(CvModels.STYLE, "stage*.block*", "features.{row}.{repeat-1}")
          .rule("stem.conv", "features.0.0")
          .rule("stem.norm", "features.0.1")
          .rule("head.conv", "features.{row+1}.0")
          .rule("head.norm", "features.{row+1}.1")
          .rule("classifier", "classifier.1");

  /** For the service loader. */
  public MnasNet() {}

  @Override
  public String name() {
    return "MnasNet";
  }

  @Override
  public List<Structure> structures() {
    return List.of(
        structure("mnasnet", List.of(TORCHVISION, TimmModels.EFFICIENT_NET), "mnasnet1_0", B1),
        structure("mnasnet_a", List.of(CV_MODELS, TimmModels.EFFICIENT_NET), "mnasnet_a1", A1));
  }

  private static Structure structure(
      String name, List<KeyStyle> styles, String network, InvertedResiduals definition) {
    return new Structure(
        name,
        224,
        styles,
        List.of(
            new NamedNetwork(
                    network,
                    definition::define,
                    "54.8 %, as BSConv-S 59.8 % on Stanford Dogs (BSConv, Table 4)")
                .noted(
                    "the paper does not say whether its MnasNet is A1 or B1; BSConv-S differs in"
                        + " training alone: the same tensors and inference")));
  }
}
