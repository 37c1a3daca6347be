package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.CudnnMap;
import java.util.List;

/**
 * A feature map in the memory of the device, for all images one after the other: its channels in
 * parts, each at an address and a stride of its own.
 *
 * @param elementBytes of each number
 * @param height of an image, in pixels
 * @param width of an image, in pixels
 */
record View(int elementBytes, int images, int height, int width, List<Part> parts) {
  private static final int LIBRARY_ALIGNMENT = 16;

  /**
   * Consecutive channels.
   *
   * @param address of the first channel of the first pixel
   * @param stride from one pixel to the next, in elements
   */
  record Part(long address, int stride, int channels) {}

  View {
    parts = List.copyOf(parts);
  }

  int channels() {
    return parts.stream().mapToInt(Part::channels).sum();
  }

  /** Of one image. */
  long pixelsPerImage() {
    return (long) height * width;
  }

  /** Of all images. */
  long pixels() {
    return images * pixelsPerImage();
  }

  /** The only part, where all channels lie side by side. */
  Part whole() {
    if (parts.size() != 1) {
      throw new IllegalStateException("in parts: " + this);
    }
    return parts.getFirst();
  }

  /** Some of the parts, in order. */
  View parts(int from, int to) {
    return new View(elementBytes, images, height, width, parts.subList(from, to));
  }

  /** A part instead of all. */
  View withPart(Part part) {
    return new View(elementBytes, images, height, width, List.of(part));
  }

  /** Whether every part starts where libraries read several numbers at once. */
  boolean isAligned() {
    return parts.stream().allMatch(part -> part.address() % LIBRARY_ALIGNMENT == 0);
  }

  /** Whether nothing lies between its numbers. */
  boolean isContiguous() {
    return parts.size() == 1 && parts.getFirst().stride() == parts.getFirst().channels();
  }

  /** One of its parts, for cuDNN. */
  CudnnMap cudnnMap(Part part) {
    return new CudnnMap(images, height, width, part.channels(), part.stride());
  }

  /** All numbers of an image as the channels of one pixel; nothing may lie between them. */
  View asVector() {
    if (!isContiguous()) {
      throw new IllegalStateException("pixels are apart: " + this);
    }
    Part part = whole();
    int numbers = Math.toIntExact(pixelsPerImage() * part.channels());
    View.Part vector = new Part(part.address(), numbers, numbers);
    return new View(elementBytes, images, 1, 1, List.of(vector));
  }
}
