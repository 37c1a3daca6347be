package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.TileKernel;
import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A 3x3 convolution with stride 1 as {@link Winograd} does it, in groups or not. For a block of
 * tiles of the output, the windows of the input are transformed, all channels of them; then, panel
 * by panel of output channels, come a matrix product for each of the 36 positions, the transform
 * back and the finish.
 */
final class WinogradPass implements Pass {
  /** Tiles of a block: enough to make good use of weights that come from the last cache. */
  private static final int MAX_BLOCK = 24;

  /** Fewer tiles than this are not worth a worker of their own. */
  private static final int MIN_BLOCK = 6;

  /** With fewer channels the transforms take longer than they save. */
  private static final int MIN_CHANNELS = 12;

  /** On fewer tiles the products of a group are too short for what surrounds them. */
  private static final int MIN_GROUPED_TILES = 2 * MIN_BLOCK;

  /** There are four times as many as in the model; this is a gibibyte. */
  private static final long MAX_WEIGHTS = 1 << 28;

  /** The time to load a weight, in products. */
  private static final int WEIGHTS_COST = 8;

  private static final int TILE = Winograd.TILE;
  private static final int POSITIONS = Winograd.POSITIONS;
  private static final int TILE_PIXELS = TILE * TILE;

  /**
   * Output channels of one group.
   *
   * @param weights where they start
   * @param firstInput the group's first input channel
   * @param channel the first output channel
   */
  private record Panel(
      TileKernel kernel, TileShape shape, int weights, int firstInput, int channel) {
    int channels() {
      return shape.vectors() * Vectors.LANES;
    }
  }

  private record PackingKey(String step, List<Integer> vectors) {}

  private final View input;
  private final View output;
  private final Window window;
  private final int groups;
  private final Finish finish;
  private final Part out;
  private final int columns;
  private final int tiles;
  private final Chunks blocks;
  private final List<Panel> panels = new ArrayList<>();
  private final Weights.Packed packed;

  /** From one transformed pixel to the next, and from one position to the next. */
  private final int pixelStride;

  private final int inputStride;
  private final int sumStride;

  /**
   * @param step which these weights are packed for
   * @param weight called if they have not been packed yet: {@code [out, in / groups, 3, 3]}
   */
  WinogradPass(
      String step,
      View input,
      View output,
      Window window,
      int groups,
      Finish finish,
      int threads,
      Supplier<double[]> weight,
      Weights weights) {
    this.input = input;
    this.output = output;
    this.window = window;
    this.groups = groups;
    this.finish = finish;
    out = output.whole();
    columns = Math.ceilDiv(output.width(), TILE);
    tiles = tiles(output);
    blocks = Chunks.of(tiles, output.channels() / groups, threads, MIN_BLOCK, MAX_BLOCK);
    // The vector after the channels is where the last of an input in parts may write to.
    pixelStride = Vectors.padded(input.channels()) + Vectors.LANES;
    inputStride = skewed((long) largestBlock() * pixelStride);
    addPanels(blocks.tiles());
    sumStride = skewed((long) largestBlock() * widest());
    packed =
        weights.pack(
            new PackingKey(step, panels.stream().map(panel -> panel.shape.vectors()).toList()),
            () -> pack(weight.get()));
  }

  /** Whether this is likely the fastest way: where transforms and weights are worth their time. */
  static boolean suits(Step.Convolution step, View output) {
    boolean possible = step.kernel() == 3 && step.stride() == 1 && step.padding() < 3;
    int in = step.input().channels() / step.groups();
    int out = output.channels() / step.groups();
    boolean wholeVectors = step.groups() == 1 || out % Vectors.LANES == 0;
    return possible
        && (step.groups() == 1 || tiles(output) >= MIN_GROUPED_TILES)
        && wholeVectors
        && Math.min(in, out) >= MIN_CHANNELS
        && (long) POSITIONS * in * Vectors.padded(output.channels()) <= MAX_WEIGHTS
        && POSITIONS * (tiles(output) + WEIGHTS_COST) < 9L * (output.pixels() + WEIGHTS_COST);
  }

  /** How many tiles cover a map. */
  static int tiles(View output) {
    return Math.ceilDiv(output.width(), TILE) * Math.ceilDiv(output.height(), TILE);
  }

  /** An odd number of cache lines, so that what is a stride apart does not share a place there. */
  private static int skewed(long floats) {
    long lines = Math.ceilDiv(floats, AlignedArrays.LINE) | 1;
    return Arenas.index(lines * AlignedArrays.LINE);
  }

  /** Those of every group. */
  private void addPanels(List<TileShape> shapes) {
    List<Tap> taps = List.of(Tap.of(inPerGroup(), pixelStride));
    int first = 0;
    int offset = 0;
    for (int group = 0; group < groups; group++) {
      for (TileShape shape : shapes) {
        int width = shape.vectors() * Vectors.LANES;
        TileSpec spec = new TileSpec(shape.pixels(), shape.vectors(), taps, width);
        panels.add(new Panel(TileKernel.of(spec), shape, offset, group * inPerGroup(), first));
        first += width;
        offset += POSITIONS * spec.weights();
      }
    }
  }

  private int inPerGroup() {
    return input.channels() / groups;
  }

  private int largestBlock() {
    return Math.max(blocks.size(), blocks.length(blocks.count() - 1));
  }

  private int widest() {
    return panels.stream().mapToInt(Panel::channels).max().orElseThrow();
  }

  /** {@code [panel][position][input channel][output channel of the panel]}. */
  private float[] pack(double[] weight) {
    int in = inPerGroup();
    Panel last = panels.getLast();
    float[] values = new float[last.weights + POSITIONS * in * last.channels()];
    double[] factors = new double[POSITIONS];
    for (Panel panel : panels) {
      int real = Math.min(panel.channels(), output.channels() - panel.channel);
      for (int o = 0; o < real; o++) {
        for (int i = 0; i < in; i++) {
          Winograd.transformKernel(weight, ((panel.channel + o) * in + i) * 9, factors);
          for (int position = 0; position < POSITIONS; position++) {
            values[panel.weights + (position * in + i) * panel.channels() + o] =
                (float) factors[position];
          }
        }
      }
    }
    return values;
  }

  /** Such as {@code winograd 4x4 tile 6x2 f32x8 K=36x64}. */
  String describe() {
    return panels.stream()
        .map(panel -> "%dx%d".formatted(panel.shape.pixels(), panel.shape.vectors()))
        .distinct()
        .collect(
            Collectors.joining(
                " ",
                "winograd %dx%d tile ".formatted(TILE, TILE),
                " f32x%d K=%dx%d".formatted(Vectors.LANES, POSITIONS, inPerGroup())));
  }

  @Override
  public int units() {
    return blocks.count();
  }

  @Override
  public long work() {
    return (long) tiles * POSITIONS * inPerGroup() * output.channels();
  }

  @Override
  public int scratch() {
    long positions = (long) POSITIONS * (inputStride + sumStride + Vectors.LANES);
    return Arenas.index(positions + out.stride());
  }

  @Override
  public int offsets() {
    return POSITIONS + largestBlock() * TILE_PIXELS;
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int block = from; block < to; block++) {
      int first = blocks.first(block);
      int count = blocks.length(block);
      transformInputs(workspace, first, count);
      for (int i = 0; i < count; i++) {
        setOutputPixels(workspace, first + i, POSITIONS + i * TILE_PIXELS);
      }
      for (int panel = 0; panel < panels.size(); panel++) {
        product(workspace, panels.get(panel), count);
        transformOutputs(workspace, panels.get(panel), count);
        finish(workspace, panels.get(panel), first, count);
      }
    }
  }

  private int inputs(Workspace workspace) {
    return workspace.scratch;
  }

  private int sums(Workspace workspace) {
    return workspace.scratch + POSITIONS * inputStride;
  }

  private int temporary(Workspace workspace) {
    return sums(workspace) + POSITIONS * sumStride;
  }

  /** Where pixels outside of the output go: room for one. */
  private int nowhere(Workspace workspace) {
    return temporary(workspace) + POSITIONS * Vectors.LANES;
  }

  private void transformInputs(Workspace workspace, int first, int count) {
    int to = inputs(workspace);
    for (int i = 0; i < count; i++) {
      int channel = 0;
      for (int p = 0; p < input.parts().size(); p++) {
        Part part = input.parts().get(p);
        setInputPixels(workspace.offsets, first + i, part);
        for (int c = 0; c < part.channels(); c += Vectors.LANES) {
          Winograd.transformInput(
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

  private void setInputPixels(int[] pixels, int tile, Part part) {
    int left = tile % columns * TILE - window.padding();
    int top = tile / columns * TILE - window.padding();
    for (int i = 0; i < POSITIONS; i++) {
      int y = top + i / Winograd.WINDOW;
      int x = left + i % Winograd.WINDOW;
      boolean inside = y >= 0 && y < input.height() && x >= 0 && x < input.width();
      pixels[i] = inside ? part.pixel(y * input.width() + x) : Placement.ZEROS;
    }
  }

  private void setOutputPixels(Workspace workspace, int tile, int index) {
    int left = tile % columns * TILE;
    int top = tile / columns * TILE;
    for (int i = 0; i < TILE_PIXELS; i++) {
      int y = top + i / TILE;
      int x = left + i % TILE;
      boolean inside = y < output.height() && x < output.width();
      workspace.offsets[index + i] =
          inside ? out.pixel(y * output.width() + x) : nowhere(workspace);
    }
  }

  private void product(Workspace workspace, Panel panel, int count) {
    int weights = packed.offset() + panel.weights;
    for (int position = 0; position < POSITIONS; position++) {
      workspace.offsets[0] = inputs(workspace) + position * inputStride + panel.firstInput;
      panel.kernel.run(
          workspace.arena,
          workspace.offsets,
          packed.array(),
          weights + position * inPerGroup() * panel.channels(),
          workspace.arena,
          sums(workspace) + position * sumStride,
          count,
          0);
    }
  }

  private void transformOutputs(Workspace workspace, Panel panel, int count) {
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < panel.channels(); c += Vectors.LANES) {
        Winograd.transformOutput(
            workspace.arena,
            sums(workspace) + i * panel.channels() + c,
            sumStride,
            temporary(workspace),
            workspace.offsets,
            POSITIONS + i * TILE_PIXELS,
            panel.channel + c);
      }
    }
  }

  /** Tiles that lie side by side share the rows of their pixels. */
  private void finish(Workspace workspace, Panel panel, int first, int count) {
    if (finish.isIdentity()) {
      return;
    }
    for (int tile = first; tile < first + count; ) {
      int row = tile / columns;
      int end = Math.min((row + 1) * columns, first + count);
      int left = tile % columns * TILE;
      int right = Math.min((end - row * columns) * TILE, output.width());
      int bottom = Math.min((row + 1) * TILE, output.height());
      for (int y = row * TILE; y < bottom; y++) {
        finish.apply(
            workspace.arena,
            y * output.width() + left,
            right - left,
            panel.channel,
            panel.channels());
      }
      tile = end;
    }
  }
}
