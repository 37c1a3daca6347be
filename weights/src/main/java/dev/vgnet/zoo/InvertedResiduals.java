package dev.vgnet.zoo;

import static dev.vgnet.graph.Operator.Function.SIGMOID;

import dev.vgnet.graph.Operator.Function;
import java.util.List;

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
        x = block(layers, x, row, i == 0 ? row.stride() : 1);
      }
    }
    x = layers.convNormAct("head", x, HEAD, Conv.pointwise(), function);
    x = layers.globalAveragePool("pool", x);
    return layers.classifier("classifier", x, CLASSES);
  }

  private Features block(Layers layers, Features in, Row row, int stride) {
    String name = layers.block();
    Features x = in;
    if (row.expansion() > 1) {
      int expanded = in.channels() * row.expansion();
      x = layers.convNormAct(name + ".expand", x, expanded, Conv.pointwise(), function);
    }
    Conv window = Conv.of(row.kernel(), stride);
    x = layers.depthwiseNormAct(name + ".depthwise", x, window, function);
    if (row.gated()) {
      x = layers.squeezeExcite(name + ".gate", x, squeezed(layers, in), function, SIGMOID);
    }
    x = layers.convNorm(name + ".project", x, row.width(), Conv.pointwise());
    return stride == 1 && in.channels() == x.channels() ? layers.add(name + ".add", in, x) : x;
  }

  private static int squeezed(Layers layers, Features blockInput) {
    double quarter = blockInput.channels() / 4.0;
    return layers.style().has(Layers.Fact.GATES_OF_EIGHTS)
        ? Widths.divisible(quarter, 8)
        : (int) quarter;
  }
}
