package dev.vgnet.cuda.program;

import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.Prologue;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one step is compiled with: where values lie, room for what it computes on its way, its
 * weights, and the launches that it becomes. For one thread.
 */
final class StepScope {
  /** What numbers by channel are to a step, made of one tensor or several. */
  enum Role {
    BIAS,
    SCALE,
    SHIFT,
    GAIN,
    INPUT_GAIN,
    INPUT_BIAS
  }

  private record ChannelsKey(String step, Role role) {}

  final DeviceWeights weights;
  final Workspace workspace;
  final Launches launches = new Launches();
  private final Placement placement;
  private final long base;

  /** Whether the next kernel that stores a map is to leave its sums, too. */
  private boolean wantsSums;

  private Optional<SliceSums> sums = Optional.empty();

  /**
   * @param base the address of the feature maps
   */
  StepScope(Placement placement, long base, DeviceWeights weights, Workspace workspace) {
    this.placement = placement;
    this.base = base;
    this.weights = weights;
    this.workspace = workspace;
  }

  Folding folding(Optional<String> bias, Epilogue epilogue) {
    return Folding.of(bias, epilogue.foldedNorm(), weights::values);
  }

  /** All of an epilogue but its folded norm. */
  DeviceEpilogue epilogue(String step, Optional<double[]> bias, Epilogue epilogue) {
    Optional<Affine> norm = epilogue.norm().map(this::affine);
    return new DeviceEpilogue(
        0,
        channels(step, Role.BIAS, bias),
        channels(step, Role.SCALE, norm.map(Affine::scale)),
        channels(step, Role.SHIFT, norm.map(Affine::shift)),
        epilogue.residual().map(this::readable),
        epilogue.activation(),
        epilogue.finalActivation());
  }

  /** The input of a step after its prologue, which is a pass of its own here. */
  View prepare(String step, View input, Prologue prologue) {
    if (prologue.isNone()) {
      return input;
    }
    Optional<Affine> norm = prologue.norm().map(this::affine);
    View prepared = workspace.map(input);
    DeviceEpilogue epilogue =
        new DeviceEpilogue(
            channels(step, Role.INPUT_GAIN, norm.map(Affine::scale)),
            channels(step, Role.INPUT_BIAS, norm.map(Affine::shift)),
            0,
            0,
            Optional.empty(),
            prologue.activation(),
            Optional.empty());
    launches.elementwise(input, epilogue, prepared, Optional.empty());
    return prepared;
  }

  Affine affine(BatchNorm norm) {
    return Affine.of(norm, weights::values);
  }

  long channels(String step, Role role, Optional<double[]> values) {
    return values
        .map(numbers -> weights.prepare(new ChannelsKey(step, role), () -> floats(numbers)))
        .orElse(0L);
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Where a value lies. */
  View view(Value value) {
    return placement.view(value, base);
  }

  /** Where a step writes. */
  View output(Step step) {
    return view(Value.of(step.output()));
  }

  /** The bytes of a number of a feature map. */
  int elementBytes() {
    return placement.elementBytes();
  }

  /** A value in no more parts than kernels read. */
  View readable(Value value) {
    View view = view(value);
    return view.parts().size() <= Parameters.MAX_PARTS ? view : whole(view);
  }

  /** Asks the kernel that computes the next step for the sums of what it stores. */
  void wantSums() {
    wantsSums = true;
  }

  /** Room for the sums of the tiles of a map that is stored; nothing if nobody wants them. */
  Optional<SliceSums> tileSums(View map) {
    return sums(map, TileRuns.perImage(map));
  }

  /** Room for the sums of the slices of a map that is stored; nothing if nobody wants them. */
  Optional<SliceSums> sliceSums(View map) {
    return sums(map, Slices.of(map).perImage());
  }

  private Optional<SliceSums> sums(View map, int perImage) {
    if (wantsSums) {
      wantsSums = false;
      sums = Optional.of(newSums(map, perImage));
      return sums;
    }
    return Optional.empty();
  }

  /** Room for the sums of a map. */
  SliceSums newSums(View map, int perImage) {
    long numbers = Math.multiplyExact((long) map.images() * perImage, map.channels());
    return new SliceSums(
        workspace.bytes(numbers * Float.BYTES), perImage, map.pixelsPerImage(), map.channels());
  }

  /** The sums that a kernel has left. */
  SliceSums takeSums() {
    SliceSums taken = sums.orElseThrow();
    sums = Optional.empty();
    return taken;
  }

  /** A map in one part. */
  View whole(View view) {
    View whole = workspace.map(view);
    launches.gather(view, whole);
    return whole;
  }

  /** A map in one part, cut into parts of as many channels as those of another. */
  View slices(View map, View like) {
    View.Part all = map.whole();
    List<View.Part> parts = new ArrayList<>();
    long address = all.address();
    for (View.Part part : like.parts()) {
      parts.add(new View.Part(address, all.stride(), part.channels()));
      address += (long) part.channels() * map.elementBytes();
    }
    return new View(map.elementBytes(), map.images(), map.height(), map.width(), parts);
  }
}
