package dev.vgnet.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * A feature map as a list of channel segments of one height and width. Joining, slicing and the
 * identity half of a VGNet block only make new lists: no copy, no kernel.
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
      for (Segment next : value.segments) {
        Segment last = joined.isEmpty() ? null : joined.getLast();
        if (last != null
            && last.buffer().equals(next.buffer())
            && last.firstChannel() + last.channels() == next.firstChannel()) {
          joined.removeLast();
          next = new Segment(last.buffer(), last.firstChannel(), last.channels() + next.channels());
        }
        joined.add(next);
      }
    }
    return new Value(joined);
  }

  /** Channels {@code from} (included) to {@code to} (excluded). */
  public Value slice(int from, int to) {
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
