package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Affine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An epilogue without its folded norm, ready to be applied to what the output holds or to other
 * feature maps.
 */
public final class Finish {
  private final EpilogueSpec spec;
  private final EpilogueParameters parameters;
  private final Piece[] pieces;
  private final View input;
  private final View output;
  private final View residual;

  private final RehearsedKernel<EpilogueKernel> kernel;

  /**
   * @param bias added first
   * @param affine applied after the activation
   * @param input of which it is computed, part by part
   * @param output all in one part
   */
  public Finish(
      Optional<double[]> bias,
      Optional<Function> activation,
      Optional<Affine> affine,
      Optional<View> residual,
      Optional<Function> finalActivation,
      View input,
      View output) {
    this(
        new EpilogueSpec(
            bias.isPresent(),
            activation,
            affine.isPresent(),
            residual.isPresent(),
            finalActivation),
        new EpilogueParameters(
            floats(bias), floats(affine.map(Affine::scale)), floats(affine.map(Affine::shift))),
        input,
        output,
        residual.orElse(input));
  }

  private Finish(
      EpilogueSpec spec, EpilogueParameters parameters, View input, View output, View residual) {
    this.spec = spec;
    this.parameters = parameters;
    kernel = RehearsedKernel.of(spec);
    this.input = input;
    this.output = output;
    this.residual = residual;
    pieces = Piece.of(input, output, residual).toArray(Piece[]::new);
  }

  /** What tiles do of it, which read a residual that lies in one part. */
  EpilogueSpec ofTile() {
    return residual.parts().size() == 1 ? spec.ofTile() : spec.onlyBias();
  }

  /** What tiles leave of it. */
  Finish afterTile() {
    EpilogueSpec left = ofTile().equals(spec) ? EpilogueSpec.COPY : spec.withoutBias();
    return new Finish(left, parameters, input, output, residual);
  }

  /** Those that {@link #apply} needs. */
  List<RehearsedKernel<?>> kernels() {
    return isIdentity() ? List.of() : List.of(kernel);
  }

  /** Applies it to whole pixels. */
  void apply(Workspace workspace, int firstPixel, int pixels) {
    for (Piece piece : pieces) {
      apply(workspace, firstPixel, pixels, piece, 0, piece.channels());
    }
  }

  /** Applies it to some channels, as many as there are. */
  void apply(Workspace workspace, int firstPixel, int pixels, int firstChannel, int channels) {
    for (Piece piece : pieces) {
      int from = Math.max(firstChannel - piece.channel(), 0);
      int to = Math.min(firstChannel + channels - piece.channel(), piece.channels());
      if (from < to) {
        apply(workspace, firstPixel, pixels, piece, from, to);
      }
    }
  }

  private void apply(
      Workspace workspace, int firstPixel, int pixels, Piece piece, int from, int to) {
    Part in = piece.parts().get(0);
    Part out = piece.parts().get(1);
    Part added = piece.parts().get(2);
    kernel
        .kernel()
        .run(
            workspace.arena,
            input.pixel(workspace, in, firstPixel) + from,
            in.stride(),
            output.pixel(workspace, out, firstPixel) + from,
            out.stride(),
            pixels,
            to - from,
            parameters,
            piece.channel() + from,
            residual.pixel(workspace, added, firstPixel) + from,
            added.stride());
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
  public boolean isIdentity() {
    return spec.isIdentity();
  }

  /** No numbers where there are none. */
  private static float[] floats(Optional<double[]> values) {
    return values.map(Finish::floats).orElseGet(() -> new float[0]);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
