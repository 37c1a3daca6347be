package dev.vgnet.cpu.vector;

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
final class ConvolutionPass implements Pass {
  /** Floats of a band that leave room for weights in a second-level cache. */
  private static final int BAND = 1 << 16;

  /** What a cluster reads, and the first of its panels. */
  private record Cluster(RowSource source, int firstPanel, int endPanel, int bandRows) {}

  private final List<Cluster> clusters = new ArrayList<>();
  private final Optional<Preparation> preparation;
  private final Window window;
  private final Product product;
  private final GroupedWeights weights;
  private final View output;
  private final int width;
  private final long work;
  private final int scratch;

  ConvolutionPass(
      RowSource source,
      Optional<Preparation> preparation,
      Window window,
      Product product,
      GroupedWeights weights,
      View output,
      long work) {
    this.preparation = preparation;
    this.window = window;
    this.product = product;
    this.weights = weights;
    this.output = output;
    this.work = work;
    width = Arenas.index(source.width() + 2L * window.padding());
    addClusters(source);
    scratch = clusters.stream().mapToInt(this::bandSize).max().orElseThrow() + Vectors.LANES;
  }

  private void addClusters(RowSource source) {
    int panel = 0;
    for (int i = 0; i < weights.clusters(); i++) {
      int first = panel;
      while (panel < product.panels() && weights.cluster(product.channel(panel)) == i) {
        panel++;
      }
      int from = weights.firstInput(i);
      int inputs = weights.inputs(i);
      int rowSize = Arenas.index((long) width * inputs);
      int fitting = (BAND / rowSize - window.kernel()) / window.stride() + 1;
      int bandRows = Math.clamp(fitting, 1, output.height());
      clusters.add(new Cluster(source.slice(from, from + inputs), first, panel, bandRows));
    }
  }

  private int bandSize(Cluster cluster) {
    return Arenas.index((long) window.rows(cluster.bandRows) * rowSize(cluster) + Vectors.LANES)
        - Vectors.LANES;
  }

  private int rowSize(Cluster cluster) {
    return width * cluster.source.channels();
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return Stream.of(
            product.kernels(),
            clusters.getFirst().source.kernels(),
            preparation.map(p -> List.<RehearsedKernel<?>>of(p.kernel())).orElse(List.of()))
        .<RehearsedKernel<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public int units() {
    return clusters.size() * output.height();
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
    return window.kernel() * window.kernel();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int unit = from; unit < to; ) {
      int index = unit / output.height();
      int y = unit % output.height();
      int rows = Math.min(Math.min(clusters.get(index).bandRows, output.height() - y), to - unit);
      band(workspace, index, y, y + rows);
      unit += rows;
    }
  }

  /** Panel by panel, so that a panel's weights serve the whole band before they leave the cache. */
  private void band(Workspace workspace, int index, int from, int to) {
    Cluster cluster = clusters.get(index);
    for (int i = 0; i < window.rows(to - from); i++) {
      int row = workspace.scratch + i * rowSize(cluster);
      copyRow(workspace, cluster.source, weights.firstInput(index), window.row(from, i), row);
    }
    for (int panel = cluster.firstPanel; panel < cluster.endPanel; panel++) {
      for (int y = from; y < to; y++) {
        int top = workspace.scratch + (y - from) * window.stride() * rowSize(cluster);
        setOffsets(workspace.offsets, panel, top, cluster.source.channels());
        product.run(workspace, panel, y * output.width(), output.width());
      }
    }
  }

  private void copyRow(Workspace workspace, RowSource source, int channel, int y, int row) {
    float[] arena = workspace.arena;
    int channels = source.channels();
    int end = row + width * channels;
    if (y < 0 || y >= source.height()) {
      Arrays.fill(arena, row, end, 0);
      return;
    }
    int border = window.padding() * channels;
    Arrays.fill(arena, row, row + border, 0);
    Arrays.fill(arena, end - border, end, 0);
    source.copyRow(workspace, y, row + border, channels);
    if (preparation.isPresent()) {
      preparation.get().apply(arena, row + border, source.width(), channel, channels);
    }
  }

  private void setOffsets(int[] offsets, int panel, int top, int channels) {
    int first = top + weights.firstRead(product.channel(panel));
    int columns = weights.tapColumns();
    for (int ky = 0; ky < window.kernel(); ky++) {
      for (int kx = 0; kx < columns; kx++) {
        offsets[ky * columns + kx] = first + (ky * width + kx) * channels;
      }
    }
  }
}
