package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.DepthwisePass;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.PointwisePass;
import dev.vgnet.cpu.vector.pass.PreparedPointwisePass;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.cpu.vector.pass.WinogradPass;
import dev.vgnet.cpu.vector.pass.Workspace;
import dev.vgnet.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** One whose units are single rows, or bands of them, several a band. */
  private record Bands(Counting all, boolean isRowByRow, int bands, boolean follows)
      implements Pass {
    static Bands rows(int height) {
      return new Bands(Counting.of(height, 1_000_000), true, 0, false);
    }

    static Bands of(int units, int bands, boolean follows) {
      return new Bands(Counting.of(units, 5_000_000), false, bands, follows);
    }

    @Override
    public int units() {
      return all.units;
    }

    @Override
    public long work() {
      return all.work;
    }

    @Override
    public List<RehearsedKernel<?>> kernels() {
      return List.of();
    }

    @Override
    public void run(Workspace workspace, int from, int to) {
      all.run(workspace, from, to);
    }
  }

  @Test
  void passesFollowBandByBand() {
    Bands rows = Bands.rows(14);
    Bands follower = Bands.of(12, 4, true);
    List<Stage> stages = Stage.of(List.of(rows, follower), 2);
    assertEquals(1, stages.size());
    assertEquals(4, stages.getFirst().blocks());
    stages.getFirst().run(new Workspace(), 1);
    assertEquals("[0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]", Arrays.toString(rows.all.runs));
    assertEquals("[0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]", Arrays.toString(follower.all.runs));
  }

  @Test
  void passesWaitForOthersUnlessTheyFollow() {
    Bands follower = Bands.of(12, 4, true);
    assertEquals(2, Stage.of(List.of(Bands.rows(14), Bands.of(12, 4, false)), 2).size());
    assertEquals(2, Stage.of(List.of(Counting.of(20, 1_000_000), follower), 2).size());
    assertEquals(2, Stage.of(List.of(Bands.rows(3), follower), 2).size());
    assertEquals(2, Stage.of(List.of(Bands.of(16, 8, false), follower), 2).size());
    assertEquals(1, Stage.of(List.of(Bands.of(8, 4, false), follower), 2).size());
    assertEquals(2, Stage.of(List.of(Counting.of(14, 1), follower), 2).size());
  }

  /** A block with a narrow output, for which there would be room where its wide input lies. */
  @Test
  void productsFollowDepthwiseConvolutionsAndLeaveWhatOthersStillRead() {
    Random random = new Random(1);
    SampleNetwork net = new SampleNetwork(random, 16);
    String expanded = net.pointwise("x", 16, 96);
    String filtered = net.depthwise(expanded, 96, 96, 3, 1, 1, true);
    Graph graph = net.graph(net.sum(net.pointwise(filtered, 96, 16), "x"));
    Weights weights = new Weights(net.tensors);
    Program shared = ProgramBuilder.build(graph, weights, 2, 28, 28);
    List<List<Class<?>>> stages = shared.stages().stream().map(StageTest::classes).toList();
    assertTrue(
        stages.contains(List.of(DepthwisePass.class, PointwisePass.class)), stages::toString);
    float[] image = SampleNetwork.floats(random.doubles(16 * 28 * 28, -1, 1).toArray());
    Program alone = ProgramBuilder.build(graph, weights, 1, 28, 28);
    assertArrayEquals(blockByBlock(alone, 1, image), blockByBlock(shared, 2, image));
  }

  private static List<Class<?>> classes(Stage stage) {
    return stage.passes().stream().<Class<?>>map(p -> ((StepPass) p).pass().getClass()).toList();
  }

  /** Last ones first, as if other workers were early. */
  private static float[] blockByBlock(Program program, int workers, float[] image) {
    Execution execution = new Execution(workers);
    float[][] outputs = program.newOutputs(1);
    execution.begin(program, 1, image.length, image, outputs);
    Job job = execution.part(0, program.stages());
    for (int phase = 0; phase < job.phases(); phase++) {
      for (int block = job.blocks(phase) - 1; block >= 0; block--) {
        job.run(0, phase, block);
      }
    }
    return outputs[0];
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

  /** Tiles, or panels of channels: with few of both, one thread would compute all. */
  @ParameterizedTest
  @CsvSource({"32, 16", "64, 16", "64, 8", "192, 8"})
  void workersShareTransformedConvolutionsOfSmallMaps(int channels, int size) {
    Random random = new Random(1);
    SampleNetwork net = new SampleNetwork(random, 3);
    String wide = net.pointwise("x", 3, channels);
    Graph graph = net.graph(net.conv(wide, channels, channels, 3, 1, 1, 1, true));
    Weights weights = new Weights(net.tensors);
    Program shared = ProgramBuilder.build(graph, weights, 2, size, size);
    Stage stage =
        shared.stages().stream()
            .filter(s -> classes(s).contains(WinogradPass.class))
            .findFirst()
            .orElseThrow();
    assertTrue(stage.blocks() >= 2, stage::toString);
    float[] image = SampleNetwork.floats(random.doubles(3 * size * size, -1, 1).toArray());
    Program alone = ProgramBuilder.build(graph, weights, 1, size, size);
    assertArrayEquals(blockByBlock(alone, 1, image), blockByBlock(shared, 2, image));
  }
}
