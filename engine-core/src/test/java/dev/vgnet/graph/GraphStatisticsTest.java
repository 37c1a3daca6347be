package dev.vgnet.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.GraphStatistics.NodeStatistics;
import dev.vgnet.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphStatisticsTest {
  private final GraphBuilder builder = new GraphBuilder("x", 3);
  private final Map<String, Shape> tensors = new HashMap<>();

  private GraphStatistics statistics(String output, int size) {
    return GraphStatistics.of(builder.build(output), tensors, size, size);
  }

  @Test
  void countsConvolutionsWithStrideGroupsAndBias() {
    tensors.put("w1", Shape.of(8, 3, 3, 3));
    tensors.put("w2", Shape.of(8, 2, 3, 3));
    tensors.put("b2", Shape.of(8));
    builder.add("stem", new Operator.Conv2d("w1", Optional.empty(), 2, 1, 1), "x");
    builder.add("grouped", new Operator.Conv2d("w2", Optional.of("b2"), 1, 1, 4), "stem");

    assertEquals(
        List.of(
            new NodeStatistics("stem", "Conv2d", Shape.of(8, 5, 5), 8 * 3 * 9, 0, 8 * 25 * 3 * 9),
            new NodeStatistics(
                "grouped", "Conv2d", Shape.of(8, 5, 5), 8 * 2 * 9 + 8, 0, 8 * 25 * 2 * 9)),
        statistics("grouped", 10).nodes());
  }

  @Test
  void countsSharedAndFixedKernels() {
    tensors.put("shared", Shape.of(1, 1, 3, 3));
    tensors.put("fixed", Shape.of(3, 1, 5, 5));
    builder.add("a", new Operator.DepthwiseConv2d("shared", Optional.empty(), 1, 1, false), "x");
    builder.add("b", new Operator.DepthwiseConv2d("fixed", Optional.empty(), 2, 2, true), "a");

    GraphStatistics statistics = statistics("b", 8);

    assertEquals(9, statistics.parameters());
    assertEquals(75, statistics.fixedParameters());
    assertEquals(3 * 64 * 9 + 3 * 16 * 25, statistics.multiplyAccumulates());
  }

  @Test
  void countsWhatIsLearnedOfANorm() {
    Operator.BatchNorm norm = Operator.BatchNorm.of("bn", 1e-5);
    norm.tensors().forEach(name -> tensors.put(name, Shape.of(3)));
    builder.add("bn", norm, "x");

    GraphStatistics statistics = statistics("bn", 8);

    assertEquals(6, statistics.parameters());
    assertEquals(0, statistics.multiplyAccumulates());
  }

  @Test
  void countsTheHead() {
    tensors.put("fc.weight", Shape.of(10, 3));
    tensors.put("fc.bias", Shape.of(10));
    builder.add("pool", new Operator.GlobalAveragePool(), "x");
    builder.add("flat", new Operator.Flatten(), "pool");
    builder.add("fc", new Operator.Linear("fc.weight", Optional.of("fc.bias")), "flat");

    GraphStatistics statistics = statistics("fc", 8);

    assertEquals(40, statistics.parameters());
    assertEquals(30, statistics.multiplyAccumulates());
  }

  @Test
  void countsATensorOnceButItsWorkEachTime() {
    tensors.put("w", Shape.of(3, 3, 1, 1));
    builder.add("a", new Operator.Conv2d("w", Optional.empty(), 1, 0, 1), "x");
    builder.add("b", new Operator.Conv2d("w", Optional.empty(), 1, 0, 1), "a");

    GraphStatistics statistics = statistics("b", 4);

    assertEquals(9, statistics.parameters());
    assertEquals(2 * 9 * 16, statistics.multiplyAccumulates());
  }
}
