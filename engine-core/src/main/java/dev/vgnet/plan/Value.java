package dev.vgnet.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A feature map as a list of channel segments of one height and width. Joining, slicing, shuffling
 * and the identity half of a VGNet block only make new lists: no copy, no kernel.
 */
public record Value(List<Segment> segments) {
  public Value {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("a value has at least one segment");
    }
  }

  /** All channels of one buffer. */
  public static Value of(Buffer buffer) {
    return new Value(List.of(new Segment(buffer, 0, buffer.channels())));
  }

  /** The channels of all values, one after the other; adjacent segments of a buffer are merged. */
  public static Value concat(List<Value> values) {
    List<Segment> joined = new ArrayList<>();
    for (Value value : values) {
      value.segments.forEach(segment -> append(joined, segment));
    }
    return new Value(joined);
  }

  private static void append(List<Segment> segments, Segment next) {
    Segment last = segments.isEmpty() ? null : segments.getLast();
    if (last != null
        && last.buffer().equals(next.buffer())
        && last.firstChannel() + last.channels() == next.firstChannel()) {
      segments.removeLast();
      next = new Segment(last.buffer(), last.firstChannel(), last.channels() + next.channels());
    }
    segments.add(next);
  }

  /** Channels in another order; adjacent segments of a buffer are merged. */
  Value reordered(int[] channels) {
    List<Segment> single = singleChannels();
    List<Segment> reordered = new ArrayList<>();
    for (int channel : channels) {
      append(reordered, single.get(channel));
    }
    return new Value(reordered);
  }

  /** A segment for each channel. */
  List<Segment> singleChannels() {
    List<Segment> single = new ArrayList<>();
    for (Segment segment : segments) {
      for (int c = 0; c < segment.channels(); c++) {
        single.add(new Segment(segment.buffer(), segment.firstChannel() + c, 1));
      }
    }
    return single;
  }

  /** Channel {@code i * groups + g} is channel {@code g * (C / groups) + i} of this value. */
  public Value shuffle(int groups) {
    int perGroup = channels() / groups;
    return reordered(
        IntStream.range(0, channels()).map(c -> c % groups * perGroup + c / groups).toArray());
  }

  /** Channels {@code from} (included) to {@code to} (excluded). */
  public Value slice(int from, int to) {
    if (from == 0 && to == channels()) {
      return this;
    }
    List<Segment> taken = new ArrayList<>();
    int first = 0;
    for (Segment segment : segments) {
      int start = Math.max(from, first);
      int end = Math.min(to, first + segment.channels());
      if (start < end) {
        taken.add(
            new Segment(segment.buffer(), segment.firstChannel() + start - first, end - start));
      }
      first += segment.channels();
    }
    if (from < 0 || to > first) {
      throw new IllegalArgumentException("no channels %d to %d of %d".formatted(from, to, first));
    }
    return new Value(taken);
  }

  /** The number of channels of all segments. */
  public int channels() {
    return segments.stream().mapToInt(Segment::channels).sum();
  }

  /** The height in pixels. */
  public int height() {
    return segments.getFirst().buffer().height();
  }

  /** The width in pixels. */
  public int width() {
    return segments.getFirst().buffer().width();
  }

  /** True if the value is exactly the content of one buffer. */
  public boolean isWholeBuffer() {
    return segments.size() == 1
        && segments.getFirst().channels() == segments.getFirst().buffer().channels();
  }
}
