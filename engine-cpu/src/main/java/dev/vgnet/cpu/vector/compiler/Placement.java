package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.ArrayLength;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.JoinedSteps;
import dev.vgnet.plan.MemoryPlan;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the feature maps of a plan lie in the arena, which starts with a row of zeros. Pixels are
 * as far from each other as their channels rounded up to whole vectors, or a cache line farther.
 */
public final class Placement {
  private static final int FLOAT_BYTES = 4;

  /**
   * Neighbours so many floats apart share a few places of a first-level cache, and evict others.
   */
  private static final int CROWDED = 256;

  private final int zeros;
  private final MemoryPlan memory;
  private final Map<Buffer, View> rows = new HashMap<>();

  /**
   * @param withInput whether the image is one of the feature maps; if not, its steps read it where
   *     the caller has it
   * @throws IllegalArgumentException if an array cannot hold them
   */
  public Placement(Plan plan, boolean withInput, List<Cascade> cascades) {
    long widest = 0;
    for (Buffer buffer : plan.buffers()) {
      widest = Math.max(widest, (long) buffer.width() * stride(buffer));
    }
    for (Step step : plan.steps()) {
      for (Value input : step.inputs()) {
        widest = Math.max(widest, Vectors.padded(input.channels()));
      }
    }
    cascades.forEach(cascade -> rows.putAll(cascade.rows()));
    memory =
        MemoryPlan.of(
            JoinedSteps.keepingInputs(plan, Cascade.together(cascades)),
            buffer -> isPlaced(buffer, plan, withInput) ? size(buffer) : 0,
            AlignedArrays.LINE);
    zeros = ArrayLength.checked(View.ZEROS + AlignedArrays.wholeLines(widest + Vectors.LANES));
    ArrayLength.checked(zeros + memory.size());
  }

  private boolean isPlaced(Buffer buffer, Plan plan, boolean withInput) {
    return !rows.containsKey(buffer) && (withInput || !buffer.equals(plan.input()));
  }

  /**
   * The numbers before this offset are zero: as many as the longest row of a map has, or a pixel of
   * a value put together from many of them, and a vector.
   */
  public int zeros() {
    return zeros;
  }

  /** The first number after all feature maps. */
  public int end() {
    return zeros + (int) memory.size();
  }

  public long activationBytes() {
    return memory.size() * FLOAT_BYTES;
  }

  public long liveBytes() {
    return memory.liveSize() * FLOAT_BYTES;
  }

  public View view(Value value) {
    View kept = rows.get(value.segments().getFirst().buffer());
    if (kept != null) {
      return kept;
    }
    return new View(
        value.height(), value.width(), value.segments().stream().map(this::part).toList());
  }

  public View view(Buffer buffer) {
    return view(Value.of(buffer));
  }

  private View.Part part(Segment segment) {
    int start = zeros + (int) memory.offset(segment.buffer());
    return new View.Part(
        start + segment.firstChannel(), stride(segment.buffer()), segment.channels());
  }

  static int stride(Buffer buffer) {
    int stride = Vectors.padded(buffer.channels());
    return stride % CROWDED == 0 ? stride + AlignedArrays.LINE : stride;
  }

  private static long size(Buffer buffer) {
    return Math.multiplyExact((long) buffer.height() * buffer.width(), stride(buffer));
  }
}
