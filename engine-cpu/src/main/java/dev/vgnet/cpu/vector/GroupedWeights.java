package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How the kernels of a convolution become taps of matrix products. Where no panel belongs to
 * several groups, the inputs are laid out group by group, and a row of the kernel is one tap.
 * Otherwise each position of the kernel is a tap over the channels of all groups that a panel
 * belongs to, and weights between different groups are zero; so a value that is not finite turns
 * into NaN in all groups of its panel, not only in its own.
 *
 * @param apart whether the groups lie apart, each with the channels of a pixel side by side
 */
record GroupedWeights(Window window, int in, int out, int groups, boolean apart) {
  /** Of output channels: more would add zeros where panels are wider than groups. */
  private static final int MAX_VECTORS = 3;

  /** With the groups apart if they fill whole vectors. */
  static GroupedWeights of(Window window, int in, int out, int groups) {
    boolean apart = groups == 1 || out / groups % Vectors.LANES == 0;
    return new GroupedWeights(window, in, out, groups, apart);
  }

  /** The panels' tiles. */
  List<TileShape> tiles(int pixels) {
    if (apart) {
      List<TileShape> tiles = TileShape.choose(out / groups, pixels);
      return Collections.nCopies(groups, tiles).stream().flatMap(List::stream).toList();
    }
    int width = Math.clamp(out / groups / Vectors.LANES, 1, MAX_VECTORS) * Vectors.LANES;
    List<TileShape> tiles = new ArrayList<>();
    for (int first = 0; first < out; first += width) {
      int channels = Math.min(width, out - first);
      tiles.addAll(TileShape.choose(channels, pixels));
    }
    return tiles;
  }

  /** How many taps there are for each row of the kernel. */
  int tapColumns() {
    return apart ? 1 : window.kernel();
  }

  /** How many channels of a pixel lie side by side. */
  int adjacent() {
    return apart ? inPerGroup() : in;
  }

  /** The first input channel that a panel reads. */
  int firstInput(int panelChannel) {
    return group(panelChannel) * inPerGroup();
  }

  /**
   * The taps of a panel.
   *
   * @param from its first output channel
   * @param to its last one, excluded; there may be fewer
   */
  List<Tap> taps(int from, int to) {
    int stride = window.stride() * adjacent();
    if (apart) {
      return Collections.nCopies(window.kernel(), Tap.of(window.kernel() * adjacent(), stride));
    }
    int last = Math.min(to, out) - 1;
    int inputs = (group(last) + 1) * inPerGroup() - firstInput(from);
    return Collections.nCopies(window.kernel() * window.kernel(), Tap.of(inputs, stride));
  }

  /**
   * The weights by tap.
   *
   * @param weight {@code [out, in / groups, K, K]}
   */
  Product.Matrix matrix(double[] weight) {
    int kernel = window.kernel();
    return (panel, output, tap, channel) -> {
      int position = apart ? tap * kernel + channel / adjacent() : tap;
      int input = firstInput(panel) + (apart ? channel % adjacent() : channel);
      int inGroup = input - group(output) * inPerGroup();
      return inGroup >= 0 && inGroup < inPerGroup()
          ? weight[(output * inPerGroup() + inGroup) * kernel * kernel + position]
          : 0;
    };
  }

  private int group(int output) {
    return output / (out / groups);
  }

  private int inPerGroup() {
    return in / groups;
  }
}
