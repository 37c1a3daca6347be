package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A convolution of any kernel, stride, padding and grouping, one cluster of groups after the other.
 * Bands of a cluster's input rows are first copied to the worker's scratch, with zeros around them
 * and the channels of a pixel side by side: there a row of the window is one run of numbers.
 */
public final class ConvolutionPass implements Pass {
  /** Of those for each worker, where whole clusters are shared: nobody waits long for the last. */
  private static final int MANY_CLUSTERS = 4;

  /** Floats of a band that leave room for weights in a second-level cache. */
  private static final int BAND = 1 << 16;

  /** What a cluster reads, and the first of its panels. */
  private record Cluster(RowSource source, int firstPanel, int endPanel, int bandRows) {}

  private final List<Cluster> clusters = new ArrayList<>();
  private final Optional<Preparation> preparation;
  private final Window window;
  private final List<Strip> strips;
  private final GroupedWeights weights;
  private final View output;

  /** Of a row with zeros around it. */
  private final int width;

  /** Into how many units a cluster is cut: each copies all rows that it reads. */
  private final int cuts;

  private final long work;
  private final int scratch;

  /**
   * How many rows of the output a strip may have: several only if the band of their windows stays
   * in a cache.
   *
   * @param columns of the output
   * @param width of the input, with zeros around it
   */
  public static int rows(GroupedWeights weights, int columns, int width) {
    int rows = weights.rows(columns);
    Window window = weights.window();
    long band = ((rows - 1L) * window.stride() + window.kernel()) * width * weights.inputs(0);
    return band <= BAND ? rows : 1;
  }

  /**
   * @param threads who share the clusters, or the strips of few
   */
  public ConvolutionPass(
      View input,
      int width,
      Optional<Preparation> preparation,
      Window window,
      List<Strip> strips,
      GroupedWeights weights,
      View output,
      int threads,
      long work) {
    this.preparation = preparation;
    this.window = window;
    this.strips = strips;
    this.width = width;
    this.weights = weights;
    this.output = output;
    this.work = work;
    addClusters(input);
    cuts = clusters.size() < MANY_CLUSTERS * threads ? strips.size() : 1;
    scratch = clusters.stream().mapToInt(this::bandSize).max().orElseThrow() + Vectors.LANES;
  }

  private void addClusters(View input) {
    Product product = strips.getFirst().product();
    int highest = strips.getFirst().rows();
    int panel = 0;
    for (int i = 0; i < weights.clusters(); i++) {
      int first = panel;
      while (panel < product.panels() && weights.cluster(product.channel(panel)) == i) {
        panel++;
      }
      int from = weights.firstInput(i);
      int inputs = weights.inputs(i);
      int rowSize = ArrayLength.checked((long) width * inputs);
      int fitting = (BAND / rowSize - window.kernel()) / window.stride() + 1;
      int bandRows = Math.clamp(fitting, highest, output.height());
      RowSource source = new RowSource.Map(input.slice(from, from + inputs));
      clusters.add(new Cluster(source, first, panel, bandRows));
    }
  }

  private int bandSize(Cluster cluster) {
    return ArrayLength.checked(
            (long) window.rows(cluster.bandRows) * rowSize(cluster) + Vectors.LANES)
        - Vectors.LANES;
  }

  private int rowSize(Cluster cluster) {
    return width * cluster.source.channels();
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return Stream.of(
            strips.stream()
                .map(Strip::product)
                .distinct()
                .flatMap(p -> p.kernels().stream())
                .toList(),
            clusters.getFirst().source.kernels(),
            preparation.map(p -> List.<RehearsedKernel<?>>of(p.kernel())).orElse(List.of()))
        .<RehearsedKernel<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public int units() {
    return clusters.size() * cuts;
  }

  @Override
  public long work() {
    return work;
  }

  @Override
  public int scratch() {
    return scratch;
  }

  @Override
  public int offsets() {
    return strips.stream().map(Strip::product).mapToInt(Product::offsets).max().orElseThrow();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    boolean bordered = false;
    int each = strips.size() / cuts;
    int stop = to * each;
    for (int next = from * each; next < stop; ) {
      int index = next / strips.size();
      int first = next % strips.size();
      int end = end(clusters.get(index), first, Math.min(first + stop - next, strips.size()));
      band(workspace, index, first, end, !bordered);
      // The next cluster's band has zeros in the same places, where it is not cut elsewhere.
      bordered = first == 0 && end == strips.size() && isLike(index, index + 1);
      next += end - first;
    }
  }

  private boolean isLike(int cluster, int next) {
    return next < clusters.size() && rowSize(clusters.get(cluster)) == rowSize(clusters.get(next));
  }

  /** The strip after those that fit into one band. */
  private int end(Cluster cluster, int first, int most) {
    int top = strips.get(first).first();
    int end = first + 1;
    while (end < most && strips.get(end).end() - top <= cluster.bandRows) {
      end++;
    }
    return end;
  }

  /** Panel by panel, so that a panel's weights serve the whole band before they leave the cache. */
  private void band(Workspace workspace, int index, int from, int to, boolean borders) {
    Cluster cluster = clusters.get(index);
    int first = strips.get(from).first();
    int rows = window.rows(strips.get(to - 1).end() - first);
    for (int i = 0; i < rows; i++) {
      int row = workspace.scratch + i * rowSize(cluster);
      if (borders) {
        clearBorder(workspace.arena, cluster.source, window.row(first, i), row);
      }
      copyRow(workspace, cluster.source, weights.firstInput(index), window.row(first, i), row);
    }
    for (int panel = cluster.firstPanel; panel < cluster.endPanel; panel++) {
      for (int i = from; i < to; i++) {
        Strip strip = strips.get(i);
        int top = workspace.scratch + (strip.first() - first) * window.stride() * rowSize(cluster);
        setOffsets(workspace.offsets, strip.product(), panel, top, cluster);
        int pixel = strip.first() * output.width();
        strip.product().run(workspace, panel, pixel, strip.rows() * output.width());
      }
    }
  }

  private void clearBorder(float[] arena, RowSource source, int y, int row) {
    int end = row + width * source.channels();
    int border = isInside(source, y) ? window.padding() * source.channels() : end - row;
    Arrays.fill(arena, row, row + border, 0);
    Arrays.fill(arena, end - border, end, 0);
  }

  private static boolean isInside(RowSource source, int y) {
    return y >= 0 && y < source.height();
  }

  private void copyRow(Workspace workspace, RowSource source, int channel, int y, int row) {
    if (!isInside(source, y)) {
      return;
    }
    int channels = source.channels();
    int first = row + window.padding() * channels;
    source.copyRow(workspace, y, first, channels);
    if (preparation.isPresent()) {
      preparation.get().apply(workspace.arena, first, source.width(), channel, channels);
    }
  }

  private void setOffsets(int[] offsets, Product product, int panel, int top, Cluster cluster) {
    int channels = cluster.source.channels();
    int first = top + weights.firstRead(product.channel(panel));
    int columns = weights.tapColumns();
    int offset = product.firstOffset(panel);
    for (int ky = 0; ky < window.kernel(); ky++) {
      for (int kx = 0; kx < columns; kx++) {
        offsets[offset + ky * columns + kx] = first + (ky * width + kx) * channels;
      }
    }
  }
}
