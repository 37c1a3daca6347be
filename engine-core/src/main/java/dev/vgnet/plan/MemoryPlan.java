package dev.vgnet.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Places for the buffers of a plan in one arena. Buffers that hold something at the same step never
 * overlap; others share room. Sizes and offsets are counted in elements, or in whatever unit the
 * caller measures buffers.
 *
 * @param offsets by buffer id; -1 for a buffer that has no size or that no step touches
 * @param size of the arena
 * @param liveSize the most that is alive at one step: no arena can be smaller, and few plans need a
 *     larger one
 */
public record MemoryPlan(List<Long> offsets, long size, long liveSize) {
  private static final long OUTSIDE = -1;

  /** The steps from which and to which, both included, a buffer must be kept. */
  private record Resident(int id, long size, int first, int last) {
    boolean meets(Resident other) {
      return first <= other.last && other.first <= last;
    }
  }

  /** Bounds the attempts: hundreds for a common network, one for the largest. */
  private static final int MAX_PLACEMENTS = 20_000;

  public MemoryPlan {
    offsets = List.copyOf(offsets);
  }

  /**
   * @param size of a buffer; 0 for one that lies outside of the arena, as the plan's input may
   * @param alignment every offset is a multiple of it
   */
  public static MemoryPlan of(Plan plan, ToLongFunction<Buffer> size, int alignment) {
    if (alignment < 1) {
      throw new IllegalArgumentException("alignment must be at least 1, found " + alignment);
    }
    List<Resident> order = residents(plan, size, alignment);
    order.sort(Comparator.comparingLong(Resident::size).reversed());
    long liveSize = liveSize(order);
    int buffers = plan.buffers().size();
    MemoryPlan best = place(order, buffers, liveSize);
    MemoryPlan last = best;
    int attempts = MAX_PLACEMENTS / buffers;
    for (int i = 1; i < attempts && best.size > liveSize; i++) {
      promoteHighest(order, last);
      last = place(order, buffers, liveSize);
      best = last.size < best.size ? last : best;
    }
    return best;
  }

  /**
   * Where a buffer starts.
   *
   * @return a multiple of the alignment, or -1 if the buffer lies outside
   */
  public long offset(Buffer buffer) {
    return offsets.get(buffer.id());
  }

  private static List<Resident> residents(Plan plan, ToLongFunction<Buffer> size, int alignment) {
    int[] first = new int[plan.buffers().size()];
    int[] last = new int[first.length];
    Arrays.fill(first, Integer.MAX_VALUE);
    first[plan.input().id()] = 0;
    for (int index = 0; index < plan.steps().size(); index++) {
      Step step = plan.steps().get(index);
      int written = step.output().id();
      first[written] = Math.min(first[written], index);
      last[written] = index;
      for (Value value : step.inputs()) {
        for (Segment segment : value.segments()) {
          last[segment.buffer().id()] = index;
        }
      }
    }
    for (Value output : plan.outputs()) {
      for (Segment segment : output.segments()) {
        last[segment.buffer().id()] = plan.steps().size();
      }
    }
    List<Resident> residents = new ArrayList<>();
    for (Buffer buffer : plan.buffers()) {
      int id = buffer.id();
      long units = Math.ceilDiv(size.applyAsLong(buffer), alignment);
      if (units > 0 && first[id] <= last[id]) {
        residents.add(new Resident(id, Math.multiplyExact(units, alignment), first[id], last[id]));
      }
    }
    return residents;
  }

  /** Puts each buffer, in order, into the tightest gap between those it meets. */
  private static MemoryPlan place(List<Resident> order, int buffers, long liveSize) {
    long[] offsets = new long[buffers];
    Arrays.fill(offsets, OUTSIDE);
    List<Resident> placed = new ArrayList<>(); // the lowest offset first
    long size = 0;
    for (Resident next : order) {
      long offset = tightestGap(next, placed, offsets);
      offsets[next.id] = offset;
      size = Math.max(size, Math.addExact(offset, next.size));
      int above = placed.size();
      while (above > 0 && offsets[placed.get(above - 1).id] > offset) {
        above--;
      }
      placed.add(above, next);
    }
    return new MemoryPlan(Arrays.stream(offsets).boxed().toList(), size, liveSize);
  }

  /** The next attempt places first what ended up on top in this one. */
  private static void promoteHighest(List<Resident> order, MemoryPlan plan) {
    Resident highest =
        Collections.max(order, Comparator.comparingLong(r -> plan.offsets.get(r.id) + r.size));
    order.remove(highest);
    order.addFirst(highest);
  }

  private static long tightestGap(Resident next, List<Resident> placed, long[] offsets) {
    long best = OUTSIDE;
    long tightest = Long.MAX_VALUE;
    long end = 0;
    for (Resident other : placed) {
      if (next.meets(other)) {
        long gap = offsets[other.id] - end;
        if (gap >= next.size && gap < tightest) {
          tightest = gap;
          best = end;
        }
        end = Math.max(end, offsets[other.id] + other.size);
      }
    }
    return best == OUTSIDE ? end : best;
  }

  private static long liveSize(List<Resident> residents) {
    long most = 0;
    for (Resident start : residents) {
      long live = 0;
      for (Resident other : residents) {
        if (other.first <= start.first && start.first <= other.last) {
          live = Math.addExact(live, other.size);
        }
      }
      most = Math.max(most, live);
    }
    return most;
  }
}
