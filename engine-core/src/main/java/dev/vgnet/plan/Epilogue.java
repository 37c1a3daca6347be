package dev.vgnet.plan;

import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Function;
import java.util.Optional;

/**
 * What a step does to each number it has summed up, before it stores it:
 *
 * <pre>y = finalActivation(norm(activation(foldedNorm(sum + bias))) + residual)</pre>
 *
 * Every part may be absent. VGNet normalises after the activation, so its batch norms arrive as
 * {@code norm}; networks that normalise right after the convolution use {@code foldedNorm}, which a
 * device may fold into weights and bias.
 *
 * @param residual a value of the output's shape
 */
public record Epilogue(
    Optional<BatchNorm> foldedNorm,
    Optional<Function> activation,
    Optional<BatchNorm> norm,
    Optional<Value> residual,
    Optional<Function> finalActivation) {

  /** The epilogue that changes nothing. */
  public static final Epilogue NONE =
      new Epilogue(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
