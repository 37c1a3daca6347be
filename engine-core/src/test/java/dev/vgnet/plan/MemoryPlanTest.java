package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  @Test
  void buffersOfAChainTakeTurns() {
    Network net = new Network(4);
    net.pointwise("a", "x", 4, 4);
    net.pointwise("b", "a", 4, 4);
    net.pointwise("c", "b", 4, 4);
    Plan plan = net.plan(5, "c");

    MemoryPlan memory = MemoryPlan.of(plan, buffer -> buffer.id() == 0 ? 0 : 100, 1);

    assertEquals(List.of(-1L, 0L, 100L, 0L), memory.offsets());
    assertEquals(200, memory.size());
    assertEquals(200, memory.liveSize());
  }

  @Test
  void inputIsKeptUntilItIsReadLastIfItLiesInTheArena() {
    Network net = new Network(4);
    net.pointwise("a", "x", 4, 4);
    net.pointwise("b", "a", 4, 4);
    net.sum("out", "b", "x");
    Plan plan = net.plan(5, "out");

    assertEquals(300, MemoryPlan.of(plan, _ -> 100, 1).size());
  }

  @Test
  void outputsAreKeptToTheEnd() {
    Network net = new Network(4);
    net.pointwise("a", "x", 4, 4);
    net.pointwise("b", "a", 4, 4);
    net.pointwise("c", "b", 4, 4);
    Plan plan = net.plan(5, "c", "a");

    MemoryPlan memory = MemoryPlan.of(plan, buffer -> buffer.id() == 0 ? 0 : 100, 1);

    assertEquals(300, memory.size());
  }

  @Test
  void offsetsAreAligned() {
    Network net = new Network(4);
    net.pointwise("a", "x", 4, 4);
    net.pointwise("b", "a", 4, 4);
    Plan plan = net.plan(5, "b");

    MemoryPlan memory = MemoryPlan.of(plan, buffer -> buffer.id() == 0 ? 0 : 17, 16);

    assertEquals(List.of(-1L, 0L, 32L), memory.offsets());
    assertEquals(64, memory.size());
    assertThrows(IllegalArgumentException.class, () -> MemoryPlan.of(plan, _ -> 1, 0));
  }

  @Test
  void buffersAliveTogetherNeverOverlap() {
    long first = new Random().nextLong();
    for (long seed = first; seed < first + 300; seed++) {
      String message = "seed " + seed;
      RandomNetwork network = new RandomNetwork(seed);
      Plan plan = network.network().plan(RandomNetwork.SIZE, network.outputs());
      Random random = new Random(seed);
      long[] sizes = random.longs(plan.buffers().size(), 1, 1000).toArray();
      int alignment = 1 + random.nextInt(20);
      MemoryPlan memory = MemoryPlan.of(plan, buffer -> sizes[buffer.id()], alignment);

      long mostLive = 0;
      for (int index = 0; index <= plan.steps().size(); index++) {
        List<Buffer> live = live(plan, index);
        mostLive =
            Math.max(
                mostLive,
                live.stream()
                    .mapToLong(b -> Math.ceilDiv(sizes[b.id()], alignment) * (long) alignment)
                    .sum());
        for (Buffer a : live) {
          assertEquals(0, memory.offset(a) % alignment, message);
          assertTrue(memory.offset(a) + sizes[a.id()] <= memory.size(), message);
          for (Buffer b : live) {
            boolean apart =
                memory.offset(a) + sizes[a.id()] <= memory.offset(b)
                    || memory.offset(b) + sizes[b.id()] <= memory.offset(a);
            assertTrue(a.equals(b) || apart, message);
          }
        }
      }
      assertEquals(mostLive, memory.liveSize(), message);
      assertTrue(memory.liveSize() <= memory.size(), message);
    }
  }

  /** The buffers that must be intact during a step: the slow and obvious way. */
  private static List<Buffer> live(Plan plan, int index) {
    List<Buffer> live = new ArrayList<>();
    for (Buffer buffer : plan.buffers()) {
      boolean written =
          buffer.equals(plan.input())
              || plan.steps().stream()
                  .limit(index + 1L)
                  .anyMatch(step -> step.output().equals(buffer));
      boolean current =
          index < plan.steps().size() && plan.steps().get(index).output().equals(buffer);
      boolean readLater =
          plan.outputs().stream().anyMatch(value -> names(value, buffer))
              || plan.steps().stream()
                  .skip(index)
                  .flatMap(step -> step.inputs().stream())
                  .anyMatch(value -> names(value, buffer));
      if (written && (current || readLater)) {
        live.add(buffer);
      }
    }
    return live;
  }

  private static boolean names(Value value, Buffer buffer) {
    return value.segments().stream().anyMatch(segment -> segment.buffer().equals(buffer));
  }
}
