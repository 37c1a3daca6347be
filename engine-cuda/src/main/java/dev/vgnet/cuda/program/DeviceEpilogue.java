package dev.vgnet.cuda.program;

import dev.vgnet.graph.Operator.Function;
import java.util.Optional;

/**
 * What is done to a sum before it is stored: {@code finalActivation(scale * activation(gain * sum +
 * bias) + shift + residual)}.
 *
 * @param gain an address of float32 by channel, as the next three; 0 where there is none
 */
record DeviceEpilogue(
    long gain,
    long bias,
    long scale,
    long shift,
    Optional<View> residual,
    Optional<Function> activation,
    Optional<Function> finalActivation) {

  private static final DeviceEpilogue NONE =
      new DeviceEpilogue(0, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty());

  /** Whether it changes nothing. */
  boolean isNone() {
    return equals(NONE);
  }

  /** With a factor for what comes in. */
  DeviceEpilogue withGain(long gain) {
    return new DeviceEpilogue(gain, bias, scale, shift, residual, activation, finalActivation);
  }

  /** The number by which kernels know a function. */
  static int code(Optional<Function> function) {
    return function.map(DeviceEpilogue::code).orElse(0);
  }

  /** Likewise. */
  static int code(Function function) {
    return function.ordinal() + 1;
  }
}
