package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How the kernels of a convolution become taps of matrix products. With one group, a row of the
 * kernel is one tap. With several, each position of the kernel is a tap over the channels of all
 * groups that a panel belongs to, and weights between different groups are zero; so a value that is
 * not finite turns into NaN in all groups of its panel, not only in its own.
 */
record GroupedWeights(Window window, int in, int out, int groups) {
  /** Of output channels: more would add zeros where panels are wider than groups. */
  private static final int MAX_VECTORS = 3;

  /** The panels' tiles. */
  List<TileShape> tiles(int pixels) {
    if (groups == 1) {
      return TileShape.choose(out, pixels);
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
    return groups == 1 ? 1 : window.kernel();
  }

  /** The first input channel that a panel reads. */
  int firstInput(int panelChannel) {
    return group(panelChannel) * inPerGroup();
  }

  /**
   * The taps of a panel, over rows of pixels whose channels lie side by side.
   *
   * @param from its first output channel
   * @param to its last one, excluded; there may be fewer
   */
  List<Tap> taps(int from, int to) {
    int stride = window.stride() * in;
    if (groups == 1) {
      return Collections.nCopies(window.kernel(), Tap.of(window.kernel() * in, stride));
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
      int position = groups == 1 ? tap * kernel + channel / in : tap;
      int input = groups == 1 ? channel % in : firstInput(panel) + channel;
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
