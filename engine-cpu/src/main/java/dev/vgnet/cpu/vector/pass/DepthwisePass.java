package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.DepthwiseKernel;
import dev.vgnet.cpu.kernel.DepthwiseSpec;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A convolution of each channel by itself. */
public final class DepthwisePass implements Pass {
  /**
   * Channels that lie side by side in all maps.
   *
   * @param weights of the first of them
   */
  private record Strips(
      RehearsedKernel<DepthwiseKernel> kernel, DepthwiseSpec spec, Piece piece, int weights) {}

  private record PackingKey(String step, EpilogueSpec epilogue, List<Integer> firstChannels) {}

  private final View input;
  private final View output;
  private final Window window;
  private final Finish finish;

  /** Whether kernels do all of it. */
  private final boolean finished;

  private final List<Strips> strips = new ArrayList<>();
  private final Weights.Packed packed;

  /**
   * @param step which these weights are packed for
   * @param weight called if they have not been packed yet: {@code [C, K * K]}
   */
  public DepthwisePass(
      String step,
      View input,
      View output,
      Window window,
      Supplier<double[]> weight,
      Finish finish,
      Weights weights) {
    this.input = input;
    this.output = output;
    this.window = window;
    this.finish = finish;
    List<Piece> pieces = Piece.of(input, output, finish.residual());
    finished = pieces.stream().allMatch(piece -> spec(piece).hasRoom());
    int offset = 0;
    for (Piece piece : pieces) {
      DepthwiseSpec spec = finished ? spec(piece) : spec(piece).plain();
      strips.add(new Strips(RehearsedKernel.of(spec), spec, piece, offset));
      offset += Math.ceilDiv(piece.channels(), Vectors.LANES) * spec.block();
    }
    int length = offset;
    EpilogueSpec epilogue = strips.getFirst().spec.epilogue();
    packed =
        weights.pack(
            new PackingKey(step, epilogue, pieces.stream().map(Piece::channel).toList()),
            () -> pack(length, weight.get()));
  }

  private DepthwiseSpec spec(Piece piece) {
    return new DepthwiseSpec(
            window.kernel(),
            window.stride(),
            window.padding(),
            1,
            piece.channels() % Vectors.LANES != 0,
            piece.first().stride(),
            piece.parts().get(1).stride(),
            finish.spec(),
            piece.last().stride())
        .forRow(output.width());
  }

  private float[] pack(int length, double[] weight) {
    float[] values = new float[length];
    for (Strips part : strips) {
      for (int i = 0; i < part.piece.channels(); i++) {
        int channel = part.piece.channel() + i;
        int block = part.weights + i / Vectors.LANES * part.spec.block();
        if (channel < output.channels()) {
          packChannel(values, block + i % Vectors.LANES, weight, channel);
        }
      }
    }
    return values;
  }

  private void packChannel(float[] values, int first, double[] weight, int channel) {
    int at = first;
    int positions = window.kernel() * window.kernel();
    for (int position = 0; position < positions; position++, at += Vectors.LANES) {
      values[at] = (float) weight[channel * positions + position];
    }
    if (finished) {
      for (float[] row : finish.rows()) {
        values[at] = row[channel];
        at += Vectors.LANES;
      }
    }
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return Stream.concat(
            strips.stream().map(Strips::kernel), finished ? Stream.of() : finish.kernels().stream())
        .toList();
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public boolean isRowByRow() {
    return true;
  }

  @Override
  public long work() {
    return (long) output.pixels() * output.channels() * window.kernel() * window.kernel();
  }

  @Override
  public int offsets() {
    return window.kernel();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int y = from; y < to; y++) {
      for (int i = 0; i < strips.size(); i++) {
        run(workspace, strips.get(i), y);
      }
      if (!finished) {
        finish.apply(workspace, y * output.width(), output.width());
      }
    }
  }

  private void run(Workspace workspace, Strips part, int y) {
    float[] arena = workspace.arena;
    int pixel = y * output.width();
    setOffsets(workspace, part.piece.first(), y);
    part.kernel
        .kernel()
        .row(
            input.width(),
            output.width(),
            part.piece.channels(),
            arena,
            workspace.offsets,
            packed.array(),
            packed.offset() + part.weights,
            arena,
            output.pixel(workspace, part.piece.parts().get(1), pixel),
            part.piece.last().pixel(pixel));
  }

  private void setOffsets(Workspace workspace, Part part, int y) {
    for (int ky = 0; ky < window.kernel(); ky++) {
      int row = window.row(y, ky);
      boolean inside = row >= 0 && row < input.height();
      workspace.offsets[ky] =
          inside ? input.pixel(workspace, part, row * input.width()) : View.ZEROS;
    }
  }

  /** Such as {@code rows 3x3 s2 f32x16}. */
  public String describe() {
    int kernel = window.kernel();
    return "rows " + kernel + "x" + kernel + " s" + window.stride() + " f32x" + Vectors.LANES;
  }
}
