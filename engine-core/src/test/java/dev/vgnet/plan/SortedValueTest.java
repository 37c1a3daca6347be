package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SortedValueTest {
  private static final Buffer A = new Buffer(1, 12, 7, 7);
  private static final Buffer B = new Buffer(2, 12, 7, 7);

  private static Value value(Buffer buffer, int from, int to) {
    return Value.of(buffer).slice(from, to);
  }

  @Test
  void putsAShuffleBackInOrder() {
    Value both = Value.concat(List.of(value(A, 0, 6), value(B, 4, 10)));

    assertEquals(
        new SortedValue(both, List.of(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11)),
        SortedValue.of(both.shuffle(2)));
  }

  @Test
  void halvesOfShufflesOfShufflesAreFewSegments() {
    Value passed = value(A, 0, 12);
    for (int i = 2; i < 10; i++) {
      Buffer fresh = new Buffer(i, 12, 7, 7);
      passed = Value.concat(List.of(passed, Value.of(fresh))).shuffle(2).slice(0, 12);
    }

    assertEquals(12, passed.segments().size());
    assertEquals(5, SortedValue.of(passed).value().segments().size());
  }

  @Test
  void leavesAValueAsItIsWhereSortingGainsNothing() {
    Value swapped = Value.concat(List.of(value(B, 0, 4), value(A, 3, 9)));

    assertEquals(
        new SortedValue(swapped, IntStream.range(0, 10).boxed().toList()), SortedValue.of(swapped));
  }

  @Test
  void namesTheSameChannelsWhateverTheOrder() {
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      List<Value> parts = new ArrayList<>();
      while (parts.isEmpty() || random.nextInt(4) > 0) {
        int from = random.nextInt(12);
        parts.add(value(random.nextBoolean() ? A : B, from, from + 1 + random.nextInt(12 - from)));
      }
      Value value = Value.concat(parts);
      value = value.channels() % 3 == 0 ? value.shuffle(3) : value;
      SortedValue sorted = SortedValue.of(value);
      List<Segment> channels = value.singleChannels();
      assertEquals(
          sorted.value().singleChannels(), sorted.channels().stream().map(channels::get).toList());
      assertEquals(
          IntStream.range(0, value.channels()).boxed().toList(),
          sorted.channels().stream().sorted().toList());
    }
  }
}
