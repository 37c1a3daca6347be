package dev.vgnet.cuda.program;

import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.MemoryPlan;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Value;
import java.util.List;

/**
 * Where the feature maps of a plan lie, for all images of a batch: NHWC, pixels as far from each
 * other as their channels rounded up to 16 bytes.
 */
final class Placement {
  /** Of every feature map, in bytes. */
  static final int ALIGNMENT = 256;

  private static final int PIXEL_ALIGNMENT = 16;

  private final int images;
  private final int elementBytes;
  private final MemoryPlan memory;

  Placement(Plan plan, int images, int elementBytes) {
    this.images = images;
    this.elementBytes = elementBytes;
    memory = MemoryPlan.of(Separable.keepingInputs(plan), this::size, ALIGNMENT);
  }

  /** Of a number. */
  int elementBytes() {
    return elementBytes;
  }

  /** The size of all feature maps together, in bytes. */
  long size() {
    return memory.size();
  }

  /** Whether a buffer has a place; one that no step touches has none. */
  boolean isPlaced(Buffer buffer) {
    return memory.offset(buffer) >= 0;
  }

  /** The most that feature maps alive at the same time need, in bytes. */
  long liveSize() {
    return memory.liveSize();
  }

  /**
   * A value of the plan.
   *
   * @param base the address of the feature maps
   */
  View view(Value value, long base) {
    return new View(
        elementBytes,
        images,
        value.height(),
        value.width(),
        value.segments().stream().map(segment -> part(segment, base)).toList());
  }

  /**
   * A map without a place in the plan.
   *
   * @param address of its first number
   */
  View map(long address, int height, int width, int channels) {
    View.Part part = new View.Part(address, stride(channels), channels);
    return new View(elementBytes, images, height, width, List.of(part));
  }

  /** The bytes of a map without a place in the plan. */
  long size(long pixels, int channels) {
    long bytes = Math.multiplyExact(pixels, (long) stride(channels) * elementBytes);
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  private View.Part part(Segment segment, long base) {
    Buffer buffer = segment.buffer();
    return new View.Part(
        base + memory.offset(buffer) + (long) segment.firstChannel() * elementBytes,
        stride(buffer.channels()),
        segment.channels());
  }

  private int stride(int channels) {
    int aligned = PIXEL_ALIGNMENT / elementBytes;
    return Math.multiplyExact(Math.ceilDiv(channels, aligned), aligned);
  }

  private long size(Buffer buffer) {
    return size(
        Math.multiplyExact((long) images, (long) buffer.height() * buffer.width()),
        buffer.channels());
  }
}
