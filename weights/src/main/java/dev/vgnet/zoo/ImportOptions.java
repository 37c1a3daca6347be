package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.Function;
import java.util.Optional;

/**
 * What the caller knows of a checkpoint and its keys and shapes may not tell.
 *
 * @param architecture the name the network must turn out to have, in letters of either case; it
 *     also decides where keys and shapes fit two networks
 * @param activation the function after each convolution
 * @param squeezeExciteActivation the function between the two convolutions of a squeeze-excite
 *     block
 * @param imageSize side in pixels of the square image the network sees, in place of that of the
 *     images it was made for
 */
public record ImportOptions(
    Optional<String> architecture,
    Optional<Function> activation,
    Optional<Function> squeezeExciteActivation,
    Optional<Integer> imageSize) {
  /** Everything as recognised, or as the network's generation has it. */
  public static ImportOptions defaults() {
    return of(Optional.empty());
  }

  /** The same of a network whose name is known. */
  public static ImportOptions of(String architecture) {
    return of(Optional.of(architecture));
  }

  private static ImportOptions of(Optional<String> architecture) {
    return new ImportOptions(architecture, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
