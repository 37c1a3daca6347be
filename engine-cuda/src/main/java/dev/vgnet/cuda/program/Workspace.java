package dev.vgnet.cuda.program;

import java.util.List;

/** Room beside the feature maps for what a step computes on its way; steps share it. */
final class Workspace {
  private final Placement placement;
  private final long start;
  private long used;
  private long size;

  /**
   * @param start its address
   */
  Workspace(Placement placement, long start) {
    this.placement = placement;
    this.start = start;
  }

  /** Its address. */
  long start() {
    return start;
  }

  /** The bytes that the greediest step has taken. */
  long size() {
    return size;
  }

  /** For the next step. */
  void clear() {
    used = 0;
  }

  /** Room for a map in one part. */
  View map(View like) {
    long address = take(placement.size(like.pixels(), like.channels()));
    return placement.map(address, like.height(), like.width(), like.channels());
  }

  /** Room for anything. */
  long bytes(long bytes) {
    return take(Math.ceilDiv(bytes, Placement.ALIGNMENT) * Placement.ALIGNMENT);
  }

  /** Room for one pixel an image. */
  View vector(long images, int channels) {
    return placement.map(take(placement.size(images, channels)), 1, 1, channels);
  }

  /** Room for a map in one part, without anything between its pixels. */
  View flat(View like) {
    long address = take(placement.size(like.pixels(), like.channels()));
    return new View(
        like.elementBytes(),
        like.images(),
        like.height(),
        like.width(),
        List.of(new View.Part(address, like.channels(), like.channels())));
  }

  private long take(long bytes) {
    long address = start + used;
    used += bytes;
    size = Math.max(size, used);
    return address;
  }
}
