package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.kernel.WinogradKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.cpu.vector.pass.WinogradPanels.Panel;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A 3x3 convolution with stride 1 as {@link Winograd} does it, in groups or not. For a block of
 * tiles of the output, the windows of the input are transformed, all channels of them; then, panel
 * by panel of output channels, come a matrix product for each of the positions of a window, the
 * transform back and the finish. A unit is a block, or some panels of one.
 */
public final class WinogradPass implements Pass {
  /** Tiles of a block: enough to make good use of weights that come from the last cache. */
  private static final int MAX_BLOCK = 24;

  /** Fewer tiles than this are not worth a worker of their own. */
  public static final int MIN_BLOCK = 6;

  /** Of so many times more channels than tiles, the weights are more than the inputs. */
  private static final int MANY_CHANNELS = 3;

  private final Winograd size;
  private final RehearsedKernel<WinogradKernel> transforms;
  private final View input;
  private final View output;
  private final int groups;
  private final Finish finish;
  private final WinogradTiles tiles;
  private final Chunks blocks;
  private final WinogradPanels panels;

  /** Workers that may share a block, each with panels of its own and all windows they read. */
  private final int sharers;

  /** From one transformed pixel to the next, and from one position to the next. */
  private final int pixelStride;

  private final int inputStride;
  private final int sumStride;

  /**
   * @param step which these weights are packed for
   * @param size of the tiles
   * @param weight called if they have not been packed yet: {@code [out, in / groups, 3, 3]}
   */
  public WinogradPass(
      String step,
      Winograd size,
      View input,
      View output,
      Window window,
      int groups,
      Finish finish,
      int threads,
      Supplier<double[]> weight,
      Weights weights) {
    this.size = size;
    transforms = RehearsedKernel.of(size);
    this.input = input;
    this.output = output;
    this.groups = groups;
    this.finish = finish;
    tiles = new WinogradTiles(size, input, output, window);
    Chunks ofTiles = blocks(threads, 1);
    boolean byPanels = ofTiles.count() < threads || haveFewInputs(threads);
    blocks = byPanels ? blocks(1, Math.ceilDiv(threads, groups)) : ofTiles;
    sharers = byPanels ? Math.min(threads, groups * blocks.tiles().size()) : 1;
    // The vector after the channels is where the last of an input in parts may write to.
    pixelStride = Vectors.padded(input.channels()) + Vectors.LANES;
    inputStride = skewed((long) largestBlock() * pixelStride);
    List<TileShape> shapes = blocks.tiles();
    sumStride = skewed((long) largestBlock() * WinogradPanels.widest(shapes));
    panels =
        new WinogradPanels(
            step,
            size,
            inPerGroup(),
            output.channels(),
            groups,
            shapes,
            pixelStride,
            weight,
            weights);
  }

  /** Whether tiles are far fewer than channels, and too few for a whole block for each worker. */
  private boolean haveFewInputs(int threads) {
    int tiles = WinogradTiles.count(size, output);
    return output.channels() > MANY_CHANNELS * tiles && blocks(1, 1).count() < threads;
  }

  private Chunks blocks(int threads, int sharers) {
    return Chunks.of(
        WinogradTiles.count(size, output),
        output.channels() / groups,
        threads,
        sharers,
        MIN_BLOCK,
        MAX_BLOCK);
  }

  /** An odd number of cache lines, so that what is a stride apart does not share a place there. */
  private static int skewed(long floats) {
    long lines = Math.ceilDiv(floats, AlignedArrays.LINE) | 1;
    return ArrayLength.checked(lines * AlignedArrays.LINE);
  }

  private int inPerGroup() {
    return input.channels() / groups;
  }

  private int largestBlock() {
    return blocks.longest();
  }

  /** Such as {@code winograd 4x4 tile 6x2 f32x8 K=36x64}. */
  public String describe() {
    return "winograd " + size.tile() + "x" + size.tile() + " " + panels.describe();
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return Stream.of(List.of(transforms), panels.kernels(), finish.kernels())
        .<RehearsedKernel<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public int units() {
    return blocks.count() * sharers;
  }

  @Override
  public long work() {
    return (long) WinogradTiles.count(size, output)
        * size.positions()
        * inPerGroup()
        * output.channels();
  }

  @Override
  public int scratch() {
    long positions = (long) size.positions() * (inputStride + sumStride + Vectors.LANES);
    return ArrayLength.checked(positions + output.whole().stride());
  }

  @Override
  public int offsets() {
    return size.positions() + largestBlock() * tiles.pixels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int unit = from; unit < to; ) {
      int block = unit / sharers;
      int end = Math.min((block + 1) * sharers, to);
      int first = blocks.first(block);
      int count = blocks.length(block);
      int firstPanel = firstPanel(unit - block * sharers);
      int lastPanel = firstPanel(end - block * sharers);
      int firstInput = panels.list().get(firstPanel).firstInput();
      int lastInput = panels.list().get(lastPanel - 1).firstInput() + inPerGroup();
      transformInputs(workspace, first, count, firstInput, lastInput);
      for (int i = 0; i < count; i++) {
        tiles.setOutputPixels(
            workspace.offsets,
            size.positions() + i * tiles.pixels(),
            first + i,
            nowhere(workspace));
      }
      for (int panel = firstPanel; panel < lastPanel; panel++) {
        compute(workspace, panels.list().get(panel), first, count);
      }
      unit = end;
    }
  }

  private int firstPanel(int sharer) {
    return panels.list().size() * sharer / sharers;
  }

  private void compute(Workspace workspace, Panel panel, int first, int count) {
    for (int position = 0; position < size.positions(); position++) {
      int from = inputs(workspace) + position * inputStride;
      panels.product(
          workspace, panel, position, from, sums(workspace) + position * sumStride, count);
    }
    transformOutputs(workspace, panel, count);
    if (!finish.isIdentity()) {
      tiles.finish(finish, workspace, first, count, panel.channel(), panel.channels());
    }
  }

  private int inputs(Workspace workspace) {
    return workspace.scratch;
  }

  private int sums(Workspace workspace) {
    return workspace.scratch + size.positions() * inputStride;
  }

  private int temporary(Workspace workspace) {
    return sums(workspace) + size.positions() * sumStride;
  }

  /** Where pixels outside of the output go: room for one. */
  private int nowhere(Workspace workspace) {
    return temporary(workspace) + size.positions() * Vectors.LANES;
  }

  /**
   * Transforms some input channels, and a few beside them.
   *
   * @param from the first channel
   * @param end the channel after the last
   */
  private void transformInputs(Workspace workspace, int first, int count, int from, int end) {
    WinogradKernel kernel = transforms.kernel();
    int to = inputs(workspace);
    for (int i = 0; i < count; i++) {
      int channel = 0;
      for (int p = 0; p < input.parts().size(); p++) {
        Part part = input.parts().get(p);
        tiles.setInputPixels(workspace.offsets, first + i, part);
        int start = Math.max(0, from - channel) / Vectors.LANES * Vectors.LANES;
        int stop = Math.min(part.channels(), end - channel);
        for (int c = start; c < stop; c += Vectors.LANES) {
          kernel.transformInput(
              workspace.arena,
              workspace.offsets,
              c,
              temporary(workspace),
              to + i * pixelStride + channel + c,
              inputStride);
        }
        channel += part.channels();
      }
    }
  }

  private void transformOutputs(Workspace workspace, Panel panel, int count) {
    WinogradKernel kernel = transforms.kernel();
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < panel.channels(); c += Vectors.LANES) {
        kernel.transformOutput(
            workspace.arena,
            sums(workspace) + i * panel.channels() + c,
            sumStride,
            temporary(workspace),
            workspace.offsets,
            size.positions() + i * tiles.pixels(),
            panel.channel() + c);
      }
    }
  }
}
