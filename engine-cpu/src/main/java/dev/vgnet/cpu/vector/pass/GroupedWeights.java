package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How the kernels of a convolution become taps of matrix products. Groups are joined into clusters
 * whose outputs fill whole vectors, and the inputs of a cluster lie side by side. Where panels are
 * a single vector, windows slide: a row of the kernel is one tap, whose inputs are read once for
 * all windows they are in. Where all panels of a cluster read all of its inputs, a row of the
 * kernel is one tap, too, over consecutive numbers; otherwise each position of the kernel is one,
 * over the channels of the groups that a panel belongs to. Weights between different groups are
 * zero; so a value that is not finite turns into NaN in all groups of its panel, not only in its
 * own.
 *
 * @param joined the groups of a cluster; the last one may have fewer
 */
public record GroupedWeights(Window window, int in, int out, int groups, int joined) {
  /** Of output channels: more would add zeros where panels are wider than groups. */
  private static final int MAX_VECTORS = 3;

  /** Of windows that slide along rows, as there must be registers for their weights. */
  private static final int MAX_POSITIONS = 3;

  /** With as few groups in a cluster as fill whole vectors. */
  public static GroupedWeights of(Window window, int in, int out, int groups) {
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

  /**
   * The panels' tiles.
   *
   * @param columns pixels of a row
   * @param rows computed at a time
   */
  public List<TileShape> tiles(int columns, int rows) {
    int cluster = joined * outPerGroup();
    int vectors = Math.clamp(outPerGroup() / Vectors.LANES, 1, MAX_VECTORS);
    int widest = joined == 1 ? cluster : vectors * Vectors.LANES;
    List<TileShape> tiles = new ArrayList<>();
    for (int first = 0; first < out; ) {
      int end = Math.min((cluster(first) + 1) * cluster, out);
      int channels = Math.min(widest, end - first);
      tiles.addAll(
          slides()
              ? List.of(TileShape.sliding(columns, rows))
              : TileShape.choose(channels, columns));
      first += channels;
    }
    return tiles;
  }

  /** How many rows of the output a call of a kernel may cover. */
  public int rows(int columns) {
    return slides() ? TileShape.slidingRows(columns) : 1;
  }

  /** Where in a pixel of its cluster the inputs of a panel begin. */
  int firstRead(int panelChannel) {
    int group = inRows() ? cluster(panelChannel) * joined : group(panelChannel);
    return group * inPerGroup() - firstInput(cluster(panelChannel));
  }

  /** How many taps there are for each row of the kernel. */
  int tapColumns() {
    return slides() || inRows() ? 1 : window.kernel();
  }

  /**
   * The taps of a panel.
   *
   * @param from its first output channel
   * @param to its last one, excluded; there may be fewer
   */
  public List<Tap> taps(int from, int to) {
    int kernel = window.kernel();
    int inputs = inputs(cluster(from));
    int stride = window.stride() * inputs;
    if (slides()) {
      return Collections.nCopies(kernel, Tap.of(read(from, to), stride).at(kernel, inputs));
    }
    if (inRows()) {
      return Collections.nCopies(kernel, Tap.of(kernel * inputs, stride));
    }
    return Collections.nCopies(kernel * kernel, Tap.of(read(from, to), stride));
  }

  /**
   * The taps of a panel whose tiles cover several rows.
   *
   * @param columns of the output
   * @param width of the input, with zeros around it
   */
  public List<Tap> taps(int from, int to, int columns, int width) {
    int rowStride = window.stride() * width * inputs(cluster(from));
    return taps(from, to).stream().map(tap -> tap.inRows(columns, rowStride)).toList();
  }

  /** How many input channels a panel reads. */
  private int read(int from, int to) {
    int last = Math.min(to, out) - 1;
    return inRows() ? inputs(cluster(from)) : (group(last) + 1 - group(from)) * inPerGroup();
  }

  /**
   * The weights by tap.
   *
   * @param weight {@code [out, in / groups, K, K]}
   */
  public Product.Matrix matrix(double[] weight) {
    int kernel = window.kernel();
    return (panel, output, tap, channel) -> {
      int inputs = inputs(cluster(panel));
      int position = tap;
      int read = channel;
      if (slides()) {
        position = tap * kernel + channel % kernel;
        read = channel / kernel;
      } else if (inRows()) {
        position = tap * kernel + channel / inputs;
        read = channel % inputs;
      }
      int inGroup =
          firstInput(cluster(panel)) + firstRead(panel) + read - group(output) * inPerGroup();
      return inGroup >= 0 && inGroup < inPerGroup()
          ? weight[(output * inPerGroup() + inGroup) * kernel * kernel + position]
          : 0;
    };
  }

  /** Whether windows slide along rows: with one product each, inputs take longer to be read. */
  private boolean slides() {
    boolean oneVector =
        joined == 1 ? outPerGroup() <= Vectors.LANES : outPerGroup() < 2 * Vectors.LANES;
    return oneVector && window.kernel() > 1 && window.kernel() <= MAX_POSITIONS;
  }

  /** Whether every panel reads all inputs of its cluster. */
  private boolean inRows() {
    return joined == 1 || joined * outPerGroup() <= Vectors.LANES;
  }

  private int group(int output) {
    return output / outPerGroup();
  }

  /** The input channels that an output channel is computed from. */
  public int inPerGroup() {
    return in / groups;
  }

  private int outPerGroup() {
    return out / groups;
  }
}
