package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;
import java.util.Optional;

/**
 * Which parts an {@link EpilogueKernel} has:
 *
 * <pre>y = finalActivation(scale * activation(x + bias) + shift + residual)</pre>
 *
 * @param affine whether there are {@code scale} and {@code shift}: a batch norm after the
 *     activation
 */
public record EpilogueSpec(
    boolean bias,
    Optional<Function> activation,
    boolean affine,
    boolean residual,
    Optional<Function> finalActivation) {

  /** Changes nothing: a copy, if input and output differ. */
  public static final EpilogueSpec COPY =
      new EpilogueSpec(false, Optional.empty(), false, false, Optional.empty());
}
