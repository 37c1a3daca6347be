package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Affine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An epilogue without its folded norm, ready to be applied to what the output holds or to other
 * feature maps.
 */
final class Finish {
  private final EpilogueSpec spec;
  private final EpilogueParameters parameters;
  private final Piece[] pieces;
  private final View residual;

  /** Null until somebody asks; any thread may set it. */
  private volatile EpilogueKernel kernel;

  /**
   * @param bias added first
   * @param affine applied after the activation
   * @param input of which it is computed, part by part
   * @param output all in one part
   */
  Finish(
      Optional<double[]> bias,
      Optional<Function> activation,
      Optional<Affine> affine,
      Optional<View> residual,
      Optional<Function> finalActivation,
      View input,
      View output) {
    spec =
        new EpilogueSpec(
            bias.isPresent(),
            activation,
            affine.isPresent(),
            residual.isPresent(),
            finalActivation);
    parameters =
        new EpilogueParameters(
            floats(bias), floats(affine.map(Affine::scale)), floats(affine.map(Affine::shift)));
    this.residual = residual.orElse(input);
    pieces = Piece.of(input, output, this.residual).toArray(Piece[]::new);
  }

  /** Generated only for those who have a use for it. */
  private EpilogueKernel kernel() {
    if (kernel == null) {
      kernel = EpilogueKernel.of(spec);
    }
    return kernel;
  }

  /** Applies it to whole pixels. */
  void apply(float[] arena, int firstPixel, int pixels) {
    for (Piece piece : pieces) {
      apply(arena, firstPixel, pixels, piece, 0, piece.channels());
    }
  }

  /** Applies it to some channels, as many as there are. */
  void apply(float[] arena, int firstPixel, int pixels, int firstChannel, int channels) {
    for (Piece piece : pieces) {
      int from = Math.max(firstChannel - piece.channel(), 0);
      int to = Math.min(firstChannel + channels - piece.channel(), piece.channels());
      if (from < to) {
        apply(arena, firstPixel, pixels, piece, from, to);
      }
    }
  }

  private void apply(float[] arena, int firstPixel, int pixels, Piece piece, int from, int to) {
    Part in = piece.parts().get(0);
    Part out = piece.parts().get(1);
    Part residual = piece.parts().get(2);
    kernel()
        .run(
            arena,
            in.pixel(firstPixel) + from,
            in.stride(),
            out.pixel(firstPixel) + from,
            out.stride(),
            pixels,
            to - from,
            parameters,
            piece.channel() + from,
            residual.pixel(firstPixel) + from,
            residual.stride());
  }

  /** Whether all channels of each map lie side by side. */
  boolean inOnePiece() {
    return pieces.length == 1;
  }

  EpilogueSpec spec() {
    return spec;
  }

  EpilogueParameters parameters() {
    return parameters;
  }

  /** What is added; anything if nothing is. */
  View residual() {
    return residual;
  }

  /** What a kernel that applies it reads for each channel: bias, scale and shift, if any. */
  List<float[]> rows() {
    List<float[]> rows = new ArrayList<>();
    if (spec.bias()) {
      rows.add(parameters.bias());
    }
    if (spec.affine()) {
      rows.add(parameters.scale());
      rows.add(parameters.shift());
    }
    return rows;
  }

  /** Whether it leaves numbers as they are. */
  boolean isIdentity() {
    return spec.equals(EpilogueSpec.COPY);
  }

  /** No numbers where there are none. */
  private static float[] floats(Optional<double[]> values) {
    return values.map(Finish::floats).orElseGet(() -> new float[0]);
  }

  private static float[] floats(double[] values) {
    // The last vector need not begin at a multiple of its length.
    float[] floats = new float[Vectors.padded(values.length) + Vectors.LANES];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
