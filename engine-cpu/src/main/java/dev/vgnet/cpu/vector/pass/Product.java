package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Tiling;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Matrix products with packed weights, panel by panel of output channels, and their finish. */
public final class Product {
  /** What is summed up for the output channels of a panel. */
  public interface Taps {
    /**
     * @param from the first channel of the panel
     * @param to the last one, excluded; there may be fewer
     */
    List<Tap> of(int from, int to);
  }

  /** The unpacked weights. */
  public interface Matrix {
    /**
     * @param panel the first output channel of the panel
     * @param output the channel that is computed
     * @param tap the index of the tap of that channel's panel
     * @param channel within the tap; its product with the positions, where there are several
     */
    double weight(int panel, int output, int tap, int channel);
  }

  private record Panel(
      Tiling tiling, List<Tap> taps, int[] header, int weights, int channel, int channels) {
    TileSpec spec() {
      return tiling.spec();
    }

    int residualOffset() {
      return header.length + taps.size();
    }
  }

  private record PackingKey(String step, Object weight, List<Integer> vectors) {}

  private final List<Panel> panels = new ArrayList<>();
  private final Weights.Packed packed;
  private final View output;
  private final Part out;

  /** What tiles add, if they do. */
  private final Part added;

  private final Finish finish;

  /** What tiles leave to do of {@code finish}. */
  private final Finish rest;

  /**
   * @param step which these weights are packed for, as its norm is folded into them
   * @param weight their name, and whatever else of a step's products they and their order depend on
   * @param tiles of the panels, which hold the output channels rounded up to whole vectors
   * @param matrix called if these weights have not been packed yet
   */
  public Product(
      String step,
      Object weight,
      List<TileShape> tiles,
      Taps taps,
      Supplier<Matrix> matrix,
      Finish finish,
      View output,
      Weights weights) {
    this.output = output;
    out = output.whole();
    added = finish.residual().parts().getFirst();
    this.finish = finish;
    rest = finish.afterTile();
    int first = 0;
    int offset = 0;
    for (TileShape tile : tiles) {
      int channels = tile.vectors() * Vectors.LANES;
      List<Tap> panelTaps = taps.of(first, first + channels);
      Tiling tiling = Tiling.of(tile, panelTaps, out.stride(), finish.ofTile(), added.stride());
      panels.add(new Panel(tiling, panelTaps, TileSpec.header(panelTaps), offset, first, channels));
      first += channels;
      offset = Math.addExact(offset, tiling.spec().weights(panelTaps));
    }
    int length = offset;
    packed =
        weights.pack(
            new PackingKey(step, weight, tiles.stream().map(TileShape::vectors).toList()),
            () -> pack(length, matrix.get()));
  }

  private float[] pack(int length, Matrix matrix) {
    FloatBuffer values = FloatBuffer.allocate(length);
    for (Panel panel : panels) {
      packWeights(values, panel, matrix);
    }
    return values.array();
  }

  private void packWeights(FloatBuffer values, Panel panel, Matrix matrix) {
    int real = Math.min(panel.channels, out.channels() - panel.channel);
    EpilogueSpec epilogue = panel.spec().epilogue();
    if (epilogue.bias()) {
      packRow(values, panel, finish.parameters().bias());
    }
    List<Tap> taps = panel.taps;
    for (int tap = 0; tap < taps.size(); tap++) {
      for (int c = 0; c < taps.get(tap).depth(); c++) {
        int row = values.position();
        for (int o = 0; o < real; o++) {
          values.put((float) matrix.weight(panel.channel, panel.channel + o, tap, c));
        }
        values.position(row + panel.channels);
      }
    }
    if (epilogue.affine()) {
      packRow(values, panel, finish.parameters().scale());
      packRow(values, panel, finish.parameters().shift());
    }
  }

  private void packRow(FloatBuffer values, Panel panel, float[] row) {
    int real = Math.min(panel.channels, out.channels() - panel.channel);
    values.put(values.position(), row, panel.channel, real);
    values.position(values.position() + panel.channels);
  }

  /** Those of all panels. */
  List<RehearsedKernel<?>> kernels() {
    return Stream.concat(
            panels.stream().flatMap(panel -> panel.tiling.kernels().stream()),
            rest.kernels().stream())
        .toList();
  }

  int panels() {
    return panels.size();
  }

  /** How many {@link Workspace#offsets} it needs: those of the inputs, and some of its own. */
  int offsets() {
    return panels.stream().mapToInt(Panel::residualOffset).max().orElseThrow() + 1;
  }

  /**
   * Which of {@link Workspace#offsets} is that of a panel's first tap; those of the others follow,
   * and what comes before them the product writes itself.
   */
  int firstOffset(int panel) {
    return panels.get(panel).header.length;
  }

  /** The first output channel of a panel. */
  int channel(int panel) {
    return panels.get(panel).channel;
  }

  /**
   * Computes some pixels of one panel, of inputs at the workspace's offsets.
   *
   * @param pixels at least as many as a tile has
   */
  void run(Workspace workspace, int panel, int firstPixel, int pixels) {
    Panel p = panels.get(panel);
    float[] arena = workspace.arena;
    System.arraycopy(p.header, 0, workspace.offsets, 0, p.header.length);
    if (p.spec().epilogue().residual()) {
      int residual = finish.residual().pixel(workspace, added, firstPixel);
      workspace.offsets[p.residualOffset()] = residual + p.channel;
    }
    p.tiling.run(
        arena,
        workspace.offsets,
        packed.array(),
        packed.offset() + p.weights,
        arena,
        output.pixel(workspace, out, firstPixel) + p.channel,
        pixels);
    if (!rest.isIdentity()) {
      rest.apply(workspace, firstPixel, pixels, p.channel, p.channels);
    }
  }

  /** Such as {@code tile 6x4 f32x16 K=56+56}. */
  public String describe() {
    return panels.stream()
        .map(panel -> panel.tiling.toString())
        .distinct()
        .collect(Collectors.joining(" ", "tile ", " f32x" + Vectors.LANES + " K=" + depth()));
  }

  private String depth() {
    List<Tap> taps = panels.getFirst().taps;
    boolean repeated = taps.size() > 2 && taps.stream().distinct().count() == 1;
    return repeated
        ? taps.size() + "x" + taps.getFirst().depth()
        : taps.stream().map(tap -> "" + tap.depth()).collect(Collectors.joining("+"));
  }
}
