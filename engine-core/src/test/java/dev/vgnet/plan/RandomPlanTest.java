package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.ShapeInference;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Plans of random graphs compute what the graphs say, in memory that is shared without harm. */
class RandomPlanTest {
  private static final int NETWORKS = 1500;

  @Test
  void plansComputeTheirGraphs() {
    long first = new Random().nextLong();
    for (long seed = first; seed < first + NETWORKS; seed++) {
      String message = "seed " + seed;
      RandomNetwork random = new RandomNetwork(seed);
      Network net = random.network();
      String[] outputs = random.outputs();
      Graph graph = net.graph(outputs);
      Plan plan = net.plan(RandomNetwork.SIZE, outputs);
      long[] input = LongStream.range(100, 100 + RandomNetwork.CHANNELS).toArray();

      assertWellFormed(plan, message);
      MemoryPlan memory = MemoryPlan.of(plan, Buffer::channels, 1);
      Map<String, long[]> expected = SymbolicExecution.run(graph, net.tensors, input);
      List<long[]> actual = SymbolicExecution.run(plan, memory, net.tensors, input);
      for (int i = 0; i < outputs.length; i++) {
        assertArrayEquals(expected.get(outputs[i]), actual.get(i), message);
      }
    }
  }

  /** What is made of weights for one size of images serves all others. */
  @Test
  void plansOfTwoSizesDifferInExtentsOnly() {
    for (long seed = 0; seed < 300; seed++) {
      RandomNetwork random = new RandomNetwork(seed);
      Network net = random.network();
      String[] outputs = random.outputs();
      String plan = net.planned(RandomNetwork.SIZE, outputs);
      for (int size = 1; size < 2 * RandomNetwork.SIZE; size++) {
        if (accepts(net, size, outputs)) {
          assertEquals(
              withoutExtents(plan),
              withoutExtents(net.planned(size, outputs)),
              "seed %d, size %d".formatted(seed, size));
        }
      }
    }
  }

  private static boolean accepts(Network net, int size, String... outputs) {
    try {
      ShapeInference.infer(net.graph(outputs), net.tensors, size, size);
      return true;
    } catch (ModelFormatException e) {
      return false;
    }
  }

  private static String withoutExtents(String plan) {
    return plan.replaceAll("x\\d+x\\d+", "");
  }

  private static void assertWellFormed(Plan plan, String message) {
    Set<Buffer> written = new HashSet<>(Set.of(plan.input()));
    for (Step step : plan.steps()) {
      for (Value value : step.inputs()) {
        value
            .segments()
            .forEach(segment -> assertTrue(written.contains(segment.buffer()), message));
      }
      boolean inPlace =
          step instanceof Step.SqueezeExcite excite
              && excite.input().equals(Value.of(step.output()))
              && !step.output().equals(plan.input());
      assertTrue(written.add(step.output()) || inPlace, message);
    }
    assertEquals(Set.copyOf(plan.buffers()), written, message);
  }
}
