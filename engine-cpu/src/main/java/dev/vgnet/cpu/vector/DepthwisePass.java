package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.DepthwiseKernel;
import dev.vgnet.cpu.kernel.DepthwiseSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.View.Part;
import java.util.List;

/** A convolution of each channel by itself. */
final class DepthwisePass implements Pass {
  private final View input;
  private final View output;
  private final Window window;
  private final Piece[] pieces;
  private final List<RehearsedKernel<DepthwiseKernel>> kernels;
  private final Weights.Packed weights;
  private final Finish finish;
  private final long work;

  /**
   * @param weights as {@link #pack} returns them
   */
  DepthwisePass(
      View input, View output, Window window, Weights.Packed weights, Finish finish, long work) {
    this.input = input;
    this.output = output;
    this.window = window;
    this.weights = weights;
    this.finish = finish;
    this.work = work;
    pieces = Piece.of(input, output, finish.residual()).toArray(Piece[]::new);
    kernels = List.of(pieces).stream().map(this::kernel).toList();
  }

  /**
   * Weights and the epilogue's numbers in the order of the kernels, with a vector to read past.
   *
   * @param weight {@code [C, K * K]}
   */
  static float[] pack(double[] weight, int channels, int positions, Finish finish) {
    List<float[]> rows = finish.rows();
    int stride = Vectors.padded(channels);
    float[] packed = new float[(positions + rows.size()) * stride + Vectors.LANES];
    for (int c = 0; c < channels; c++) {
      for (int position = 0; position < positions; position++) {
        packed[position * stride + c] = (float) weight[c * positions + position];
      }
    }
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, packed, (positions + i) * stride, channels);
    }
    return packed;
  }

  private RehearsedKernel<DepthwiseKernel> kernel(Piece piece) {
    return RehearsedKernel.of(
        new DepthwiseSpec(
            window.kernel(),
            window.stride(),
            window.padding(),
            input.width(),
            piece.channels(),
            piece.first().stride(),
            piece.parts().get(1).stride(),
            Vectors.padded(output.channels()),
            finish.spec(),
            piece.last().stride()));
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.copyOf(kernels);
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
  public int offsets() {
    return window.kernel();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    float[] arena = workspace.arena;
    for (int y = from; y < to; y++) {
      int pixel = y * output.width();
      for (int i = 0; i < pieces.length; i++) {
        Piece piece = pieces[i];
        setOffsets(workspace, piece.first(), y);
        kernels
            .get(i)
            .kernel()
            .row(
                arena,
                workspace.offsets,
                weights.array(),
                weights.offset() + piece.channel(),
                arena,
                output.pixel(workspace, piece.parts().get(1), pixel),
                piece.last().pixel(pixel));
      }
    }
  }

  private void setOffsets(Workspace workspace, Part part, int y) {
    for (int ky = 0; ky < window.kernel(); ky++) {
      int row = window.row(y, ky);
      boolean inside = row >= 0 && row < input.height();
      workspace.offsets[ky] =
          inside ? input.pixel(workspace, part, row * input.width()) : Placement.ZEROS;
    }
  }

  /** Such as {@code rows 3x3 s2 f32x16}. */
  String describe() {
    return "rows %dx%d s%d f32x%d"
        .formatted(window.kernel(), window.kernel(), window.stride(), Vectors.LANES);
  }
}
