package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.SIGMOID;

import dev.vgnet.graph.Operator.Function;
import dev.vgnet.zoo.Conv;
import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.Layers;
import dev.vgnet.zoo.Widths;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What EfficientNet and MnasNet have in common: a table of inverted residuals, some with
 * squeeze-excite, between a stem and a pointwise convolution.
 *
 * @param function the network's only activation
 */
record InvertedResiduals(List<Row> table, Function function) {
  /**
   * Blocks of one width.
   *
   * @param stage blocks of one image size
   * @param stride of the first block
   * @param gated true if the blocks have squeeze-excite
   */
  record Row(
      int stage, int kernel, int expansion, int width, int repeats, int stride, boolean gated) {}

  private static final int CLASSES = 1000;
  private static final int STEM = 32;
  private static final int HEAD = 1280;

  Features define(Layers layers) {
    Features x = layers.convNormAct("stem", layers.input(), STEM, Conv.of(3, 2), function);
    for (Row row : table) {
      layers.row(row.stage());
      for (int i = 0; i < row.repeats(); i++) {
        x = block(layers, x, row, i == 0 ? row.stride() : 1).add(layers, x);
      }
    }
    x = layers.convNormAct("head", x, HEAD, Conv.pointwise(), function);
    x = layers.globalAveragePool("pool", x);
    return layers.classifier("classifier", x, CLASSES);
  }

  private InvertedResidual block(Layers layers, Features in, Row row, int stride) {
    int squeezed = squeezed(layers, in);
    InvertedResidual.Gate gate =
        (scope, x) -> layers.squeezeExcite(scope, x, squeezed, function, SIGMOID);
    return new InvertedResidual(
        row.expansion() > 1 ? OptionalInt.of(in.channels() * row.expansion()) : OptionalInt.empty(),
        Conv.of(row.kernel(), stride),
        function,
        row.width(),
        row.gated() ? Optional.of(gate) : Optional.empty(),
        false);
  }

  private static int squeezed(Layers layers, Features blockInput) {
    double quarter = blockInput.channels() / 4.0;
    return layers.style().has(Layers.Fact.GATES_OF_EIGHTS)
        ? Widths.divisible(quarter, 8)
        : (int) quarter;
  }
}
