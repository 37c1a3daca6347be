package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How the kernels of a convolution become taps of matrix products. Groups are joined into clusters
 * whose outputs fill whole vectors, and the inputs of a cluster lie side by side. Where all panels
 * of a cluster read all of them, a row of the kernel is one tap; otherwise each position of the
 * kernel is one, over the channels of the groups that a panel belongs to. Weights between different
 * groups are zero; so a value that is not finite turns into NaN in all groups of its panel, not
 * only in its own.
 *
 * @param joined the groups of a cluster; the last one may have fewer
 */
record GroupedWeights(Window window, int in, int out, int groups, int joined) {
  /** Of output channels: more would add zeros where panels are wider than groups. */
  private static final int MAX_VECTORS = 3;

  /** With as few groups in a cluster as fill whole vectors. */
  static GroupedWeights of(Window window, int in, int out, int groups) {
    int filled = Math.min(Integer.lowestOneBit(out / groups), Vectors.LANES);
    return new GroupedWeights(window, in, out, groups, Math.min(Vectors.LANES / filled, groups));
  }

  int clusters() {
    return Math.ceilDiv(groups, joined);
  }

  /** The cluster that an output channel belongs to. */
  int cluster(int output) {
    return group(output) / joined;
  }

  /** The first input channel of a cluster. */
  int firstInput(int cluster) {
    return cluster * joined * inPerGroup();
  }

  /** How many input channels a cluster has. */
  int inputs(int cluster) {
    return Math.min(joined * inPerGroup(), in - firstInput(cluster));
  }

  /** The panels' tiles. */
  List<TileShape> tiles(int pixels) {
    int cluster = joined * outPerGroup();
    int vectors = Math.clamp(outPerGroup() / Vectors.LANES, 1, MAX_VECTORS);
    int widest = joined == 1 ? cluster : vectors * Vectors.LANES;
    List<TileShape> tiles = new ArrayList<>();
    for (int first = 0; first < out; ) {
      int end = Math.min((cluster(first) + 1) * cluster, out);
      int channels = Math.min(widest, end - first);
      tiles.addAll(TileShape.choose(channels, pixels));
      first += channels;
    }
    return tiles;
  }

  /** Where in a pixel of its cluster the inputs of a panel begin. */
  int firstRead(int panelChannel) {
    int group = inRows() ? cluster(panelChannel) * joined : group(panelChannel);
    return group * inPerGroup() - firstInput(cluster(panelChannel));
  }

  /** How many taps there are for each row of the kernel. */
  int tapColumns() {
    return inRows() ? 1 : window.kernel();
  }

  /**
   * The taps of a panel.
   *
   * @param from its first output channel
   * @param to its last one, excluded; there may be fewer
   */
  List<Tap> taps(int from, int to) {
    int kernel = window.kernel();
    int inputs = inputs(cluster(from));
    int stride = window.stride() * inputs;
    if (inRows()) {
      return Collections.nCopies(kernel, Tap.of(kernel * inputs, stride));
    }
    int last = Math.min(to, out) - 1;
    int read = (group(last) + 1 - group(from)) * inPerGroup();
    return Collections.nCopies(kernel * kernel, Tap.of(read, stride));
  }

  /**
   * The weights by tap.
   *
   * @param weight {@code [out, in / groups, K, K]}
   */
  Product.Matrix matrix(double[] weight) {
    int kernel = window.kernel();
    return (panel, output, tap, channel) -> {
      int inputs = inputs(cluster(panel));
      int position = inRows() ? tap * kernel + channel / inputs : tap;
      int inCluster = firstRead(panel) + (inRows() ? channel % inputs : channel);
      int inGroup = firstInput(cluster(panel)) + inCluster - group(output) * inPerGroup();
      return inGroup >= 0 && inGroup < inPerGroup()
          ? weight[(output * inPerGroup() + inGroup) * kernel * kernel + position]
          : 0;
    };
  }

  /** Whether every panel reads all inputs of its cluster. */
  private boolean inRows() {
    return joined == 1 || joined * outPerGroup() <= Vectors.LANES;
  }

  private int group(int output) {
    return output / outPerGroup();
  }

  private int inPerGroup() {
    return in / groups;
  }

  private int outPerGroup() {
    return out / groups;
  }
}
