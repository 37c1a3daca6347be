package dev.vgnet.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What takes the place of a convolution that {@link BsConv} separates. */
final class SeparatedLayers {
  private final ModuleLayers layers;
  private final List<BsConv.Subspace> subspaces = new ArrayList<>();

  SeparatedLayers(ModuleLayers layers) {
    this.layers = layers;
  }

  /**
   * Adds the pointwise convolutions and the depthwise one.
   *
   * @param norm the module of the batch norm that follows
   */
  Features add(
      String name,
      String module,
      Features in,
      int out,
      Conv conv,
      Optional<String> norm,
      BsConv separation) {
    int width =
        layers.outputs(module, norm, ".pw.weight", ".pw2.weight", ".dw.weight", ".dw.bias").or(out);
    layers.parameters.note(name, width);
    Features x =
        separation.kind() == BsConv.Kind.UNCONSTRAINED
            ? pointwise(name, module, in, width, "", separation)
            : subspace(name, module, in, width, separation);
    return layers.depthwise(name + ".dw", module + ".dw", x, conv);
  }

  private Features subspace(String name, String module, Features in, int width, BsConv separation) {
    int between =
        layers
            .parameters
            .width()
            .of(module + ".pw1.weight", 0)
            .of(module + ".pw2.weight", 1)
            .or(separation.between(in.channels()));
    subspaces.add(new BsConv.Subspace(in.channels(), between));
    Features x = pointwise(name, module, in, between, "1", separation);
    return pointwise(name, module, x, width, "2", separation);
  }

  private Features pointwise(
      String name, String module, Features in, int out, String index, BsConv separation) {
    String pw = ".pw" + index;
    Features x = layers.convolution(name + pw, module + pw, in, out, Conv.pointwise());
    String bn = ".bn" + index;
    return separation.norms() ? layers.norm(name + bn, module + bn, x) : x;
  }

  /** True if a separation asked for is that of the whole network, with a ratio that fits. */
  boolean isAlso(BsConv asked, BsConv separation) {
    return asked.kind() == separation.kind()
        && asked.norms() == separation.norms()
        && asked.gives(subspaces);
  }

  /** The separation of the whole network, with the ratio that its tensors have. */
  BsConv withRatio(BsConv separation) {
    return subspaces.isEmpty() ? separation : separation.withRatioOf(subspaces);
  }
}
