package dev.vgnet.plan;

import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Function;
import java.util.Optional;

/**
 * What a step does to each number as it reads it: {@code activation(norm(x))}, for networks that
 * normalise before they convolve. Padding stands around the result, it is zero. Either part may be
 * absent.
 */
public record Prologue(Optional<BatchNorm> norm, Optional<Function> activation) {
  /** The prologue that changes nothing. */
  public static final Prologue NONE = new Prologue(Optional.empty(), Optional.empty());

  /** Whether it changes nothing. */
  public boolean isNone() {
    return equals(NONE);
  }
}
