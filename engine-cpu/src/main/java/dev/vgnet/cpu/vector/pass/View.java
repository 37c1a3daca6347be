package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.AlignedArrays;
import java.util.ArrayList;
import java.util.List;

/**
 * A feature map in the arena: its channels in parts, each at an offset and a stride of its own.
 *
 * @param lines how many of its rows are kept at a time, each in the place of an earlier one, in the
 *     room of each worker; 0 for a whole map
 */
public record View(int height, int width, List<Part> parts, int lines) {
  /** Where in an arena the zeros start that stand for rows outside of a map. */
  public static final int ZEROS = AlignedArrays.FIRST;

  /**
   * Consecutive channels.
   *
   * @param offset of the first channel of the first pixel
   * @param stride from one pixel to the next
   */
  public record Part(int offset, int stride, int channels) {
    public int pixel(int index) {
      return offset + index * stride;
    }
  }

  public View {
    parts = List.copyOf(parts);
  }

  /** A whole map. */
  public View(int height, int width, List<Part> parts) {
    this(height, width, parts, 0);
  }

  /**
   * Where a pixel of a part is.
   *
   * @param part of this map
   * @param index of the pixel, from which on no more than its row is in order
   */
  public int pixel(Workspace workspace, Part part, int index) {
    return lines == 0 ? part.pixel(index) : workspace.rows + part.pixel(index % (lines * width));
  }

  public int pixels() {
    return height * width;
  }

  public int channels() {
    // By index: an iterator or a stream would be garbage of every run.
    int sum = 0;
    for (int i = 0; i < parts.size(); i++) {
      sum += parts.get(i).channels;
    }
    return sum;
  }

  /** The only part, where all channels lie side by side. */
  public Part whole() {
    if (parts.size() != 1) {
      throw new IllegalStateException("in parts: " + this);
    }
    return parts.getFirst();
  }

  /** The same in equal parts of one stride, unless they would be shorter than {@code shortest}. */
  public View inEqualParts(int shortest) {
    int length = parts.stream().mapToInt(Part::channels).reduce(0, View::commonDivisor);
    if (length < shortest || parts.stream().mapToInt(Part::stride).distinct().count() > 1) {
      return this;
    }
    List<Part> equal = new ArrayList<>();
    for (Part part : parts) {
      for (int from = 0; from < part.channels; from += length) {
        equal.add(new Part(part.offset + from, part.stride, length));
      }
    }
    return new View(height, width, equal, lines);
  }

  private static int commonDivisor(int a, int b) {
    return b == 0 ? a : commonDivisor(b, a % b);
  }

  /** Channels {@code from} (included) to {@code to} (excluded). */
  View slice(int from, int to) {
    List<Part> taken = new ArrayList<>();
    int first = 0;
    for (Part part : parts) {
      int start = Math.max(from, first);
      int end = Math.min(to, first + part.channels);
      if (start < end) {
        taken.add(new Part(part.offset + start - first, part.stride, end - start));
      }
      first += part.channels;
    }
    return new View(height, width, taken, lines);
  }
}
