package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.Function;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The golden cases, and what their names say. */
final class GoldenCases {
  /** Cases whose names differ from those of their networks by more than the author. */
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "cvm_xception_bsconvu_replacer", "xception_bsconvu",
          "dli14_mobilenetv2_x0_5", "mobilenet_v2_x0_5",
          "dli14_mobilenetv3_small", "mobilenet_v3_small",
          "own_vgg16_bn_gap_c120", "vgg16_bn_gap",
          "own_vgg16_bn_gap_c120_bsconvu", "vgg16_bn_gap_bsconvu",
          "tv_resnet18_bsconvs_bn", "resnet18_bsconvs_p1d4");

  private GoldenCases() {}

  static boolean isVgNet(String name) {
    return name.contains("vgnet");
  }

  /** The network of a case: its name without author, activation, generation and classes. */
  static String architecture(String name) {
    return ARCHITECTURES.getOrDefault(
        name,
        name.replaceAll(
            "^(own|bs|tv|cvm|timm|dli14|huawei)_|(_silu)?_(paper|mid|public).*|_c100$", ""));
  }

  /**
   * The modules whose outputs are values of the network; d-li14 computes Hardswish, which is one
   * operator here, with a module inside another.
   */
  static List<GoldenCase.Stage> stages(String name, GoldenCase golden) {
    return golden.stages().stream()
        .filter(s -> !(name.startsWith("dli14") && s.module().endsWith(".sigmoid")))
        .toList();
  }

  /** Imports a case, with options only for what its keys do not tell. */
  static ImportedModel imported(String name, GoldenCase golden) {
    boolean stridesUntold = name.contains("vgnetc") || name.matches("bs_(cifar_)?mobilenetv.*");
    ImportOptions options =
        new ImportOptions(
            stridesUntold ? Optional.of(architecture(name)) : Optional.empty(),
            name.contains("_silu") ? Optional.of(Function.SILU) : Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return Zoo.importStateDict(golden.stateDict(), name, "0".repeat(64), options);
  }
}
