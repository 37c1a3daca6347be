package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A convolution of any kernel, stride, padding and grouping. Bands of input rows are first copied
 * to the worker's scratch, with zeros around them and the channels of a pixel side by side, those
 * of all groups or of one after the other: there a row of the window is one run of numbers.
 */
final class ConvolutionPass implements Pass {
  /** Floats of a band that leave room for weights in a second-level cache. */
  private static final int BAND = 1 << 16;

  private final RowSource source;

  /** The source, cut into the channels that lie side by side. */
  private final RowSource[] slices;

  private final Optional<Preparation> preparation;
  private final Window window;
  private final Product product;
  private final GroupedWeights weights;
  private final View output;
  private final int rowSize;
  private final int bandRows;
  private final long work;

  ConvolutionPass(
      RowSource source,
      Optional<Preparation> preparation,
      Window window,
      Product product,
      GroupedWeights weights,
      View output,
      long work) {
    this.source = source;
    this.preparation = preparation;
    this.window = window;
    this.product = product;
    this.weights = weights;
    this.output = output;
    this.work = work;
    slices = new RowSource[source.channels() / weights.adjacent()];
    for (int i = 0; i < slices.length; i++) {
      slices[i] = source.slice(i * weights.adjacent(), (i + 1) * weights.adjacent());
    }
    rowSize = Arenas.index((source.width() + 2L * window.padding()) * source.channels());
    int fitting = (BAND / rowSize - window.kernel()) / window.stride() + 1;
    bandRows = Math.clamp(fitting, 1, output.height());
    Arenas.index((long) window.rows(bandRows) * rowSize + Vectors.LANES);
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return product.kernels();
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public long work() {
    return work;
  }

  @Override
  public int scratch() {
    return window.rows(bandRows) * rowSize + Vectors.LANES;
  }

  @Override
  public int offsets() {
    return window.kernel() * window.kernel();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int first = from; first < to; first += bandRows) {
      band(workspace, first, Math.min(first + bandRows, to));
    }
  }

  /** Panel by panel, so that a panel's weights serve the whole band before they leave the cache. */
  private void band(Workspace workspace, int from, int to) {
    copyRows(workspace, from, to);
    for (int panel = 0; panel < product.panels(); panel++) {
      for (int y = from; y < to; y++) {
        int top = workspace.scratch + (y - from) * window.stride() * rowSize;
        setOffsets(workspace.offsets, panel, top);
        product.run(workspace, panel, y * output.width(), output.width());
      }
    }
  }

  private void copyRows(Workspace workspace, int from, int to) {
    float[] arena = workspace.arena;
    for (int i = 0; i < window.rows(to - from); i++) {
      int row = workspace.scratch + i * rowSize;
      int y = window.row(from, i);
      if (y < 0 || y >= source.height()) {
        Arrays.fill(arena, row, row + rowSize, 0);
      } else {
        int length = rowSize / slices.length;
        for (int slice = 0; slice < slices.length; slice++) {
          copyRow(workspace, slice, y, row + slice * length, length);
        }
      }
    }
  }

  private void copyRow(Workspace workspace, int slice, int y, int row, int length) {
    float[] arena = workspace.arena;
    int channels = weights.adjacent();
    int border = window.padding() * channels;
    Arrays.fill(arena, row, row + border, 0);
    Arrays.fill(arena, row + length - border, row + length, 0);
    slices[slice].copyRow(workspace, y, row + border, channels);
    if (preparation.isPresent()) {
      preparation.get().apply(arena, row + border, source.width(), slice * channels, channels);
    }
  }

  private void setOffsets(int[] offsets, int panel, int top) {
    int input = weights.firstInput(product.channel(panel));
    int first = top + (weights.apart() ? input * (source.width() + 2 * window.padding()) : input);
    int columns = weights.tapColumns();
    for (int ky = 0; ky < window.kernel(); ky++) {
      for (int kx = 0; kx < columns; kx++) {
        offsets[ky * columns + kx] = first + ky * rowSize + kx * source.channels();
      }
    }
  }
}
