package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Tiling;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.kernel.Winograd;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The weights of a 3x3 convolution as {@link Winograd} transforms them: {@code [panel][position]
 * [input channel][output channel of the panel]}.
 */
final class WinogradPanels {
  /**
   * Output channels of one group.
   *
   * @param weights where they start
   * @param firstInput the group's first input channel
   * @param channel the first output channel
   */
  record Panel(Tiling tiling, int weights, int firstInput, int channel) {
    int channels() {
      return tiling.spec().panel();
    }
  }

  private record PackingKey(String step, Winograd size, List<Integer> vectors) {}

  private final Winograd size;
  private final int in;
  private final int out;
  private final int[] header;
  private final List<Panel> panels = new ArrayList<>();
  private final Weights.Packed packed;

  /**
   * @param step which these weights are packed for
   * @param size of the tiles
   * @param in input channels of a group
   * @param out output channels of all groups
   * @param shapes of the panels of each group
   * @param pixelStride from one transformed pixel to the next
   * @param weight called if they have not been packed yet: {@code [out, in, 3, 3]}
   */
  WinogradPanels(
      String step,
      Winograd size,
      int in,
      int out,
      int groups,
      List<TileShape> shapes,
      int pixelStride,
      Supplier<double[]> weight,
      Weights weights) {
    this.size = size;
    this.in = in;
    this.out = out;
    List<Tap> taps = List.of(Tap.of(in, pixelStride));
    header = TileSpec.header(taps);
    addPanels(groups, shapes, taps);
    packed =
        weights.pack(
            new PackingKey(
                step, size, panels.stream().map(panel -> panel.tiling.spec().vectors()).toList()),
            () -> pack(weight.get()));
  }

  private void addPanels(int groups, List<TileShape> shapes, List<Tap> taps) {
    int first = 0;
    int offset = 0;
    for (int group = 0; group < groups; group++) {
      for (TileShape shape : shapes) {
        int channels = shape.vectors() * Vectors.LANES;
        Tiling tiling = Tiling.of(shape, taps, channels, EpilogueSpec.COPY, 0);
        panels.add(new Panel(tiling, offset, group * in, first));
        first += channels;
        offset += size.positions() * tiling.spec().weights(taps);
      }
    }
  }

  private float[] pack(double[] weight) {
    Panel last = panels.getLast();
    float[] values = new float[start(last, size.positions())];
    for (Panel panel : panels) {
      float[] factors = new float[size.positions() * panel.channels()];
      for (int i = 0; i < in; i++) {
        transform(weight, panel, i, factors);
        for (int position = 0; position < size.positions(); position++) {
          int to = start(panel, position) + i * panel.channels();
          System.arraycopy(factors, position * panel.channels(), values, to, panel.channels());
        }
      }
    }
    return values;
  }

  /**
   * Those of one input channel, in a place of their own: where they go, the positions lie too far
   * apart to be written in turns.
   *
   * @param factors filled, position by position
   */
  private void transform(double[] weight, Panel panel, int input, float[] factors) {
    double[] kernel = new double[size.positions()];
    int real = Math.min(panel.channels(), out - panel.channel);
    for (int o = 0; o < real; o++) {
      size.transformKernel(weight, ((panel.channel + o) * in + input) * 9, kernel);
      for (int position = 0; position < size.positions(); position++) {
        factors[position * panel.channels() + o] = (float) kernel[position];
      }
    }
  }

  /** Where the weights of a position start. */
  private int start(Panel panel, int position) {
    return panel.weights + position * in * panel.channels();
  }

  /** Those of every group, in order. */
  List<Panel> list() {
    return panels;
  }

  List<RehearsedKernel<?>> kernels() {
    return panels.stream().flatMap(panel -> panel.tiling.kernels().stream()).toList();
  }

  /** The channels of the widest. */
  static int widest(List<TileShape> shapes) {
    return shapes.stream().mapToInt(shape -> shape.vectors() * Vectors.LANES).max().orElseThrow();
  }

  /**
   * The products of one position.
   *
   * @param input where the position's transformed pixels start
   * @param sums where the products go
   * @param count pixels
   */
  void product(Workspace workspace, Panel panel, int position, int input, int sums, int count) {
    System.arraycopy(header, 0, workspace.offsets, 0, header.length);
    workspace.offsets[header.length] = input + panel.firstInput;
    panel.tiling.run(
        workspace.arena,
        workspace.offsets,
        packed.array(),
        packed.offset() + start(panel, position),
        workspace.arena,
        sums,
        count);
  }

  /** Such as {@code tile 6x2 f32x8 K=36x64}. */
  String describe() {
    return panels.stream()
        .map(panel -> panel.tiling.toString())
        .distinct()
        .collect(
            Collectors.joining(
                " ", "tile ", " f32x" + Vectors.LANES + " K=" + size.positions() + "x" + in));
  }
}
