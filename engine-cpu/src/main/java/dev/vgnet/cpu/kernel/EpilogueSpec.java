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

  /** Whether it leaves numbers as they are. */
  public boolean isIdentity() {
    return equals(COPY);
  }

  /** What a tile can do of it in registers: all of it where that is little, or just the bias. */
  public EpilogueSpec ofTile() {
    return TileSpec.hasRoom(this) ? this : onlyBias();
  }

  /** No more than the bias. */
  public EpilogueSpec onlyBias() {
    return new EpilogueSpec(bias, Optional.empty(), false, false, Optional.empty());
  }

  /** All but the bias. */
  public EpilogueSpec withoutBias() {
    return new EpilogueSpec(false, activation, affine, residual, finalActivation);
  }

  /** Roughly the operations on each vector, bias apart. */
  int operations() {
    return operations(activation)
        + (affine ? 1 : 0)
        + (residual ? 3 : 0)
        + operations(finalActivation);
  }

  private static int operations(Optional<Function> activation) {
    return activation
        .map(
            function ->
                switch (function) {
                  case RELU -> 2;
                  case RELU6 -> 4;
                  case HARDSIGMOID, HARDSWISH -> 7;
                  case SIGMOID, SILU -> 18;
                })
        .orElse(0);
  }
}
