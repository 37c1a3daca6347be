package dev.vgnet.zoo.family;

import dev.vgnet.graph.Operator.Function;
import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.Layers;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An inverted residual (Sandler et al. 2018): an expansion, a depthwise convolution and a linear
 * projection, to which the block's input is added where it has the same shape.
 *
 * @param expanded channels of the expansion, where there is one
 * @param window the depthwise convolution
 * @param function the activation of both
 * @param out channels of the projection
 * @param gate squeeze-excite after the depthwise convolution, where there is one
 * @param gatesFirst true if that comes before the activation
 */
record InvertedResidual(
    OptionalInt expanded,
    Conv window,
    Function function,
    int out,
    Optional<Gate> gate,
    boolean gatesFirst) {
  /** Adds squeeze-excite under a name. */
  interface Gate {
    Features add(String scope, Features in);
  }

  /** The next block of the row. */
  Features add(Layers layers, Features in) {
    String name = layers.block();
    Features x = in;
    if (expanded.isPresent()) {
      x = layers.convNormAct(name + ".expand", x, expanded.getAsInt(), Conv.pointwise(), function);
    }
    x = layers.depthwiseNorm(name + ".depthwise", x, window);
    x = gatesFirst ? gated(name, x) : x;
    x = layers.activation(name + ".depthwise.act", x, function);
    x = gatesFirst ? x : gated(name, x);
    x = layers.convNorm(name + ".project", x, out, Conv.pointwise());
    return window.stride() == 1 && in.channels() == x.channels()
        ? layers.add(name + ".add", in, x)
        : x;
  }

  private Features gated(String block, Features in) {
    return gate.isPresent() ? gate.get().add(block + ".gate", in) : in;
  }
}
