package dev.vgnet.cpu.vector;

import dev.vgnet.graph.Graph;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Random graphs, batches and numbers of threads against the reference. */
class RandomNetworkTest {
  private static final long SEED = 20_260_701;

  @RepeatedTest(200)
  void agreesWithTheReference(RepetitionInfo repetition) {
    long seed = SEED + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    RandomNetwork sample = new RandomNetwork(random, random.nextInt(1, 12));
    Graph graph = sample.graph();
    int threads = random.nextInt(1, 4);
    Shape input = Shape.of(random.nextInt(1, 6), sample.inputChannels, sample.height, sample.width);
    try {
      Check.sizes(sample.network, graph, random, threads, input, sample.otherInput(graph), input);
    } catch (Throwable e) {
      Map<String, Shape> shapes = new HashMap<>();
      sample.network.tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
      String plan = PlanText.of(Planner.plan(graph, shapes, sample.height, sample.width));
      throw new AssertionError(
          "seed %d, %d threads, input %s%n%s".formatted(seed, threads, input, plan), e);
    }
  }
}
