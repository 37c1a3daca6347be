package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.ArrayLength;
import dev.vgnet.cpu.vector.pass.CopyPass;
import dev.vgnet.cpu.vector.pass.Finish;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.RowSource;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What all parts of the compiler of steps work with: where feature maps lie, the passes so far, and
 * the room that the passes of a step share. For one thread.
 */
public final class StepContext {
  private final Placement placement;
  private final Weights weights;
  private final int threads;

  private final List<Pass> passes = new ArrayList<>();
  private int shared;

  public StepContext(Placement placement, Weights weights, int threads) {
    this.placement = placement;
    this.weights = weights;
    this.threads = threads;
  }

  Weights weights() {
    return weights;
  }

  int threads() {
    return threads;
  }

  View view(Value value) {
    return placement.view(value);
  }

  View view(Buffer buffer) {
    return placement.view(buffer);
  }

  /** Adds a pass to those of the step. */
  void add(Pass pass) {
    passes.add(pass);
  }

  /** The passes added since the last call. */
  List<Pass> takePasses() {
    List<Pass> taken = List.copyOf(passes);
    passes.clear();
    return taken;
  }

  /** Floats after the feature maps that steps use between their passes. */
  public int shared() {
    return shared;
  }

  Finish finish(Epilogue epilogue, Optional<double[]> bias, View output) {
    return finish(epilogue, bias, output, output);
  }

  /** All of an epilogue but its folded norm. */
  Finish finish(Epilogue epilogue, Optional<double[]> bias, View input, View output) {
    return new Finish(
        bias,
        epilogue.activation(),
        epilogue.norm().map(norm -> Affine.of(norm, weights::values)),
        epilogue.residual().map(placement::view),
        epilogue.finalActivation(),
        input,
        output);
  }

  /** A copy with all channels of a pixel side by side. */
  View gathered(View value) {
    int stride = Vectors.padded(value.channels());
    Part part = new Part(room(0, (long) value.pixels() * stride), stride, value.channels());
    copy(value, part);
    return new View(value.height(), value.width(), List.of(part));
  }

  void copy(View value, Part to) {
    passes.add(new CopyPass(new RowSource.Map(value), to));
  }

  /** A map of one row in the room that the passes of a step share. */
  View sharedMap(int offset, int width, int channels) {
    int stride = Vectors.padded(channels);
    Part part = new Part(room(offset, (long) width * stride), stride, channels);
    return new View(1, width, List.of(part));
  }

  int room(int offset, long size) {
    shared = Math.max(shared, ArrayLength.checked(offset + size));
    return placement.end() + offset;
  }

  /** The offset of the room behind a shared map. */
  int end(View sharedMap) {
    return sharedMap.whole().pixel(sharedMap.pixels()) - placement.end();
  }
}
