package dev.vgnet.plan;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A value for steps that sum up its channels and may do so in any order: the channels as they lie
 * in the buffers, which undoes what shuffles have scattered.
 *
 * @param value the channels in at most as many segments
 * @param channels for each channel of {@code value}, its index in the unsorted value
 */
public record SortedValue(Value value, List<Integer> channels) {
  public SortedValue {
    channels = List.copyOf(channels);
  }

  /** Sorts the channels if that leaves fewer segments. */
  public static SortedValue of(Value value) {
    List<Integer> order = inOrder(value.channels());
    if (value.segments().stream().map(Segment::buffer).distinct().count()
        == value.segments().size()) {
      return new SortedValue(value, order); // segments of different buffers are never joined
    }
    List<Segment> places = value.singleChannels();
    List<Integer> sorted =
        order.stream()
            .sorted(
                Comparator.comparingInt((Integer c) -> places.get(c).buffer().id())
                    .thenComparingInt(c -> places.get(c).firstChannel()))
            .toList();
    Value rearranged = value.reordered(sorted.stream().mapToInt(Integer::intValue).toArray());
    return rearranged.segments().size() < value.segments().size()
        ? new SortedValue(rearranged, sorted)
        : new SortedValue(value, order);
  }

  /** The indices of channels that nobody has sorted. */
  public static List<Integer> inOrder(int channels) {
    return IntStream.range(0, channels).boxed().toList();
  }
}
