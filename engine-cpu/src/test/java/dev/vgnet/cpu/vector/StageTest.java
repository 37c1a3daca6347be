package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.PointwisePass;
import dev.vgnet.cpu.vector.pass.PreparedPointwisePass;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.cpu.vector.pass.Workspace;
import dev.vgnet.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StageTest {
  /** Counts how often each unit is computed. */
  private record Counting(int units, long work, int[] runs) implements Pass {
    static Counting of(int units, long work) {
      return new Counting(units, work, new int[units]);
    }

    @Override
    public List<RehearsedKernel<?>> kernels() {
      return List.of();
    }

    @Override
    public void run(Workspace workspace, int from, int to) {
      for (int i = from; i < to; i++) {
        runs[i]++;
      }
    }
  }

  @Test
  void smallPassesInARowAreLeftToOneWorker() {
    Counting small = Counting.of(5, 100);
    Counting large = Counting.of(50, 1_000_000);
    List<Stage> stages = Stage.of(List.of(large, small, small, small, large, large, small), 2);
    assertEquals(
        List.of(
            List.of(large),
            List.of(small, small, small),
            List.of(large),
            List.of(large),
            List.of(small)),
        stages.stream().map(Stage::passes).toList());
    assertEquals(1, stages.get(1).blocks());
    assertEquals(1, Stage.of(List.of(large, small, large), 1).size());
  }

  @Test
  void blocksAreSmallButWorthClaiming() {
    assertEquals(64, Stage.of(Counting.of(1_000, 100_000_000), 2).blocks());
    assertEquals(20, Stage.of(Counting.of(1_000, 1_000_000), 2).blocks());
    assertEquals(2, Stage.of(Counting.of(1_000, 20_000), 2).blocks());
    assertEquals(3, Stage.of(Counting.of(3, 100_000_000), 2).blocks());
    assertEquals(1, Stage.of(Counting.of(1_000, 100_000_000), 1).blocks());
  }

  @Test
  void blocksTogetherAreAllUnits() {
    List<Pass> passes = new ArrayList<>();
    for (int units = 1; units <= 40; units++) {
      passes.add(Counting.of(units, units % 3 == 0 ? 1_000_000 : 1));
    }
    for (Stage stage : Stage.of(passes, 3)) {
      for (int block = 0; block < stage.blocks(); block++) {
        stage.run(new Workspace(), block);
      }
    }
    for (Pass pass : passes) {
      int[] once = new int[pass.units()];
      Arrays.fill(once, 1);
      assertEquals(Arrays.toString(once), Arrays.toString(((Counting) pass).runs));
    }
  }

  /** On maps so small that workers may share weights instead of pixels. */
  @Test
  void workersShareProductsOfSmallMaps() {
    SampleNetwork net = new SampleNetwork(new Random(1), 500);
    String first = net.pointwise("x", 500, 512);
    String prepared = net.activation(net.norm(first, 512));
    Graph graph = net.graph(net.sum(net.pointwise(prepared, 512, 512), first));
    Program program = ProgramBuilder.build(graph, new Weights(net.tensors), 2, 8, 8);
    List<Class<?>> shared = new ArrayList<>();
    for (Stage stage : program.stages()) {
      for (Pass pass : stage.passes()) {
        if (pass.work() > 1_000_000 && stage.blocks() > 1) {
          shared.add(((StepPass) pass).pass().getClass());
        }
      }
    }
    assertEquals(List.of(PointwisePass.class, PreparedPointwisePass.class), shared);
  }
}
