package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.MemoryPlan;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Value;
import java.util.List;

/**
 * Where the feature maps of a plan lie in the arena, which starts with a row of zeros. Pixels are
 * as far from each other as their channels rounded up to whole vectors, or a cache line farther.
 */
final class Placement {
  /** Where the zeros start. */
  static final int ZEROS = AlignedArrays.FIRST;

  private static final int FLOAT_BYTES = 4;

  /**
   * Neighbours so many floats apart share a few places of a first-level cache, and evict others.
   */
  private static final int CROWDED = 256;

  private final int zeros;
  private final MemoryPlan memory;

  /**
   * @param withInput whether the image is one of the feature maps; if not, its steps read it where
   *     the caller has it
   * @throws IllegalArgumentException if an array cannot hold them
   */
  Placement(Plan plan, boolean withInput) {
    long widest = 0;
    for (Buffer buffer : plan.buffers()) {
      widest = Math.max(widest, (long) buffer.width() * stride(buffer));
    }
    memory =
        MemoryPlan.of(
            plan,
            buffer -> buffer.equals(plan.input()) && !withInput ? 0 : size(buffer),
            AlignedArrays.LINE);
    zeros = Arenas.index(ZEROS + AlignedArrays.padded(widest + Vectors.LANES));
    Arenas.index(zeros + memory.size());
  }

  /** The numbers before this offset are zero: as many as the longest row has, and a vector. */
  int zeros() {
    return zeros;
  }

  /** The first number after all feature maps. */
  int end() {
    return zeros + (int) memory.size();
  }

  long activationBytes() {
    return memory.size() * FLOAT_BYTES;
  }

  long liveBytes() {
    return memory.liveSize() * FLOAT_BYTES;
  }

  View view(Value value) {
    return new View(
        value.height(), value.width(), value.segments().stream().map(this::part).toList());
  }

  View view(Buffer buffer) {
    return new View(
        buffer.height(), buffer.width(), List.of(part(new Segment(buffer, 0, buffer.channels()))));
  }

  private View.Part part(Segment segment) {
    int start = zeros + (int) memory.offset(segment.buffer());
    return new View.Part(
        start + segment.firstChannel(), stride(segment.buffer()), segment.channels());
  }

  private static int stride(Buffer buffer) {
    int stride = Vectors.padded(buffer.channels());
    return stride % CROWDED == 0 ? stride + AlignedArrays.LINE : stride;
  }

  private static long size(Buffer buffer) {
    return Math.multiplyExact((long) buffer.height() * buffer.width(), stride(buffer));
  }
}
