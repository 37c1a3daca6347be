package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.Function;
import java.util.List;
import java.util.Optional;

/** The golden cases of the VGNet family. */
final class VgNetCases {
  private VgNetCases() {}

  static List<String> names() {
    return GoldenCase.names().stream().filter(name -> name.contains("vgnet")).toList();
  }

  /** The name of the case without what stands for author, activation and generation. */
  static String architecture(String name) {
    return name.replaceAll("^own_|(_silu)?_(paper|mid|public).*", "");
  }

  /** Imports a case, with options only for what its keys do not tell. */
  static ImportedModel imported(String name, GoldenCase golden) {
    boolean thumbnailsUntold = name.contains("vgnetc") && name.contains(VgNet.THUMBNAIL);
    ImportOptions options =
        new ImportOptions(
            thumbnailsUntold ? Optional.of(architecture(name)) : Optional.empty(),
            name.contains("_silu") ? Optional.of(Function.SILU) : Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());
    return Zoo.importStateDict(golden.stateDict(), name, "0".repeat(64), options);
  }
}
