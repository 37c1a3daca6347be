package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.Function;
import dev.vgnet.model.Preprocessing;
import java.util.List;
import java.util.Optional;

/**
 * What the caller knows of a checkpoint and its keys and shapes may not tell.
 *
 * @param architecture the name the network must turn out to have, in letters of either case; it
 *     also decides where keys and shapes fit two networks
 * @param activation the function after each convolution
 * @param squeezeExciteActivation the function between the two convolutions of a squeeze-excite
 *     block
 * @param imageSize side in pixels of the square image the network sees, for the default
 *     preprocessing
 * @param preprocessing how pictures become input, in place of the default
 * @param labels one name a class in the order of the logits, or empty
 */
public record ImportOptions(
    Optional<String> architecture,
    Optional<Function> activation,
    Optional<Function> squeezeExciteActivation,
    Optional<Integer> imageSize,
    Optional<Preprocessing> preprocessing,
    List<String> labels) {
  public ImportOptions {
    labels = List.copyOf(labels);
  }

  /** Everything as recognised, or as the network's generation has it. */
  public static ImportOptions defaults() {
    return of(Optional.empty());
  }

  /** The same of a network whose name is known. */
  public static ImportOptions of(String architecture) {
    return of(Optional.of(architecture));
  }

  private static ImportOptions of(Optional<String> architecture) {
    return new ImportOptions(
        architecture,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }
}
