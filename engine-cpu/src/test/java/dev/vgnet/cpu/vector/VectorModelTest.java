package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.GatherPass;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.PreparePass;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Batches, sizes, threads, executors and memory of one small network with VGNet's blocks. */
class VectorModelTest {
  private final Random random = new Random(7);
  private final SampleNetwork network = new SampleNetwork(random, 3);
  private final Graph graph = halfIdentityNetwork(network);

  private static Graph halfIdentityNetwork(SampleNetwork net) {
    String stem = net.conv("x", 3, 28, 3, 2, 1, 1, false);
    String a = net.depthwise(stem, 28, 1, 3, 2, 1, false);
    String b = block(net, net.pointwise(a, 28, 28), 28);
    for (int i = 0; i < 2; i++) {
      String joined = net.concat(a, net.depthwise(b, 28, 28, 3, 1, 1, false));
      a = b;
      b = net.squeezeExcite(block(net, net.pointwise(joined, 56, 28), 28), 28, 8);
    }
    return net.graph(net.linear(net.other(flatten(), net.mean(net.concat(a, b))), 56, 10, true));
  }

  private static String block(SampleNetwork net, String sums, int channels) {
    return net.norm(net.activation(sums, Function.RELU), channels);
  }

  private static Operator flatten() {
    return new Operator.Flatten();
  }

  @Test
  void sizesAndBatchesTakeTurns() {
    for (int threads = 1; threads <= 4; threads++) {
      try (CompiledModel model = Check.compile(network, graph, threads)) {
        for (int round = 0; round < 2; round++) {
          for (int batch = 1; batch <= 5; batch++) {
            int size = 9 + 7 * batch;
            Check.run(model, network, graph, random, Shape.of(batch, 3, size, size + batch));
          }
        }
      }
    }
  }

  @Test
  void moreSizesThanAreKept() {
    try (CompiledModel model = Check.compile(network, graph, 2)) {
      for (int i = 0; i < 30; i++) {
        int size = 8 + i % 11;
        Check.run(model, network, graph, random, Shape.of(1, 3, size, 20));
      }
    }
  }

  @Test
  void resultsDoNotDependOnThreadsOrBatch() {
    Shape input = Shape.of(5, 3, 40, 33);
    float[] images = Check.images(random, input);
    float[] expected = new float[50];
    try (CompiledModel model = Check.compile(network, graph, 1)) {
      int length = images.length / 5;
      for (int n = 0; n < 5; n++) {
        float[] one = new float[10];
        float[] image = Arrays.copyOfRange(images, n * length, (n + 1) * length);
        model.run(Shape.of(1, 3, 40, 33), image, new float[][] {one});
        System.arraycopy(one, 0, expected, n * 10, 10);
      }
    }
    for (int threads = 1; threads <= 5; threads++) {
      try (CompiledModel model = Check.compile(network, graph, threads)) {
        float[] actual = new float[50];
        model.run(input, images, new float[][] {actual});
        assertArrayEquals(expected, actual, threads + " threads");
      }
    }
  }

  @Test
  void imagesThatAreNoNumbersLeaveNothingBehind() {
    Shape input = Shape.of(3, 3, 33, 31);
    float[] images = Check.images(random, input);
    float[] noNumbers = new float[images.length];
    Arrays.fill(noNumbers, Float.NaN);
    for (int threads = 1; threads <= 2; threads++) {
      try (CompiledModel model = Check.compile(network, graph, threads)) {
        float[] expected = new float[30];
        model.run(input, images, new float[][] {expected});
        float[] between = new float[30];
        model.run(input, noNumbers, new float[][] {between});
        assertTrue(Float.isNaN(between[0]), "the images have no part in it");
        float[] actual = new float[30];
        model.run(input, images, new float[][] {actual});
        assertArrayEquals(expected, actual, threads + " threads");
      }
    }
  }

  @Test
  void executorsOfEveryKind() {
    List<Runnable> ignored = new ArrayList<>();
    Executor rejecting =
        _ -> {
          throw new RejectedExecutionException();
        };
    checkExecutor(ignored::add);
    checkExecutor(rejecting);
    checkExecutor(Runnable::run);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      checkExecutor(pool);
    }
    ExecutorService closed = Executors.newFixedThreadPool(1);
    closed.close();
    checkExecutor(closed);
  }

  @Test
  void kernelsWaitForTheirRehearsal() {
    Shape input = Shape.of(1, 3, 37, 41);
    try (VectorModel model = (VectorModel) Check.compile(network, graph, 1)) {
      assertFalse(model.prepare(input, 0));
      model.settle(input);
      assertTrue(model.prepare(input, 0));
    }
  }

  /** Others call the same kernels, so that whether they are settled would prove nothing. */
  @Test
  void passesOverWholeMapsNameTheirKernels() {
    SampleNetwork net = new SampleNetwork(random, 3);
    String stem = net.pointwise("x", 3, 64);
    String prepared = net.activation(net.norm(stem, 64), Function.HARDSWISH);
    String shuffled = net.other(new Operator.ChannelShuffle(32), stem);
    String pooled = net.other(new Operator.MaxPool(3, 1, 1), shuffled);
    String conv = net.conv(prepared, 64, 64, 3, 1, 1, 1, false);
    Graph both = net.graph(net.sum(conv, pooled));
    Program program = ProgramBuilder.build(both, new Weights(net.tensors), 1, 24, 24);
    EpilogueSpec preparation =
        new EpilogueSpec(false, Optional.empty(), true, false, Optional.of(Function.HARDSWISH));
    assertEquals(List.of(RehearsedKernel.of(preparation)), kernels(program, PreparePass.class));
    assertEquals(
        List.of(RehearsedKernel.of(EpilogueSpec.COPY)), kernels(program, GatherPass.class));
  }

  private static List<RehearsedKernel<?>> kernels(Program program, Class<? extends Pass> type) {
    return program.passes().stream()
        .filter(pass -> type.isInstance(pass.pass()))
        .<RehearsedKernel<?>>flatMap(pass -> pass.kernels().stream())
        .toList();
  }

  private void checkExecutor(Executor executor) {
    CompileOptions options = new CompileOptions(3, Optional.of(executor), Precision.FP32);
    try (CompiledModel model = new VectorBackend().compile(graph, network.tensors, options)) {
      for (int batch = 1; batch <= 4; batch++) {
        Check.run(model, network, graph, random, Shape.of(batch, 3, 31, 22));
      }
    }
  }

  @Test
  void tenThousandRunsInSteadyStateAllocateNothing() {
    Shape[] inputs = {Shape.of(1, 3, 16, 16), Shape.of(3, 3, 12, 20)};
    float[] images = Check.images(random, inputs[1]);
    float[][] outputs = {new float[30]};
    try (CompiledModel model = Check.compile(network, graph, 2)) {
      Allocations.assertNoneInSteadyState(i -> model.run(inputs[i % 2], images, outputs));
    }
  }

  @Test
  void reportsAndProfilesEveryStep() {
    Shape input = Shape.of(2, 3, 32, 32);
    try (CompiledModel model = Check.compile(network, graph, 2)) {
      ExecutionReport report = model.report(input);
      StepReport stem = report.steps().getFirst();
      assertEquals("convolution", stem.kind());
      assertEquals(Shape.of(28, 16, 16), stem.output());
      assertEquals(28 * 16 * 16 * 27, stem.multiplyAccumulates());
      assertEquals(List.of("x"), stem.inputs());
      Set<String> earlier = new HashSet<>(Set.of("x"));
      for (StepReport step : report.steps()) {
        assertTrue(earlier.containsAll(step.inputs()) && !step.inputs().isEmpty(), step::toString);
        earlier.add(step.name());
      }
      assertTrue(
          report.steps().stream().anyMatch(step -> step.kernel().endsWith("K=28+28")),
          () -> report.steps().toString());
      assertTrue(report.liveBytes() > 0 && report.liveBytes() <= report.activationBytes());
      assertTrue(report.weightBytes() > 28 * 27 * 4);
      long[] nanos = model.profile(input, Check.images(random, input));
      assertEquals(report.steps().size(), nanos.length);
      assertTrue(Arrays.stream(nanos).allMatch(n -> n > 0), Arrays.toString(nanos));
      Check.run(model, network, graph, random, input);
    }
  }

  @Test
  void everyStepRunsByItself() {
    Shape input = Shape.of(1, 3, 32, 32);
    float[] image = Check.images(random, input);
    try (CompiledModel model = Check.compile(network, graph, 2)) {
      for (StepReport step : model.report(input).steps()) {
        try (StepRunner runner =
            new StepRunner(graph, network.tensors, 2, input, image, step.name())) {
          runner.run();
          assertEquals(step.name(), runner.report().name());
          assertTrue(step.bytes() > 4 * step.output().elementCount(), step::toString);
        }
      }
    }
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new StepRunner(graph, network.tensors, 2, input, image, "none"));
    assertTrue(error.getMessage().startsWith("no step none; there are "), error.getMessage());
  }

  @Test
  void aStepByItselfFindsAnInputAgainThatItOverwrites() {
    SampleNetwork net = new SampleNetwork(random, 3);
    Graph excited = net.graph(net.squeezeExcite(net.pointwise("x", 3, 16), 16, 8));
    Shape input = Shape.of(1, 3, 9, 9);
    String step;
    try (CompiledModel model = Check.compile(net, excited, 1)) {
      step =
          model.report(input).steps().stream()
              .filter(report -> report.kind().equals("squeeze-excite"))
              .findFirst()
              .orElseThrow()
              .name();
    }
    float[] image = Check.images(random, input);
    try (StepRunner runner = new StepRunner(excited, net.tensors, 1, input, image, step)) {
      runner.run();
      float[] once = runner.featureMaps();
      runner.run();
      assertFalse(Arrays.equals(once, runner.featureMaps()), "it overwrites nothing");
      for (int i = 1; i < 10 * StepRunner.RUNS; i++) {
        runner.run();
      }
      assertArrayEquals(once, runner.featureMaps());
    }
  }

  @Test
  void anImageTooLargeIsRefusedAndTheModelGoesOn() {
    SampleNetwork net = new SampleNetwork(random, 3);
    Graph wide = net.graph(net.sum(net.pointwise("x", 3, 66), net.pointwise("x", 3, 66)));
    try (CompiledModel model = Check.compile(net, wide, 1)) {
      Shape input = Shape.of(1, 3, 4_000, 4_000);
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> model.report(input));
      assertTrue(error.getMessage().contains("too large"), error.getMessage());
      Check.run(model, net, wide, random, Shape.of(1, 3, 9, 9));
    }
  }

  @Test
  void anArrayTooShortIsAnErrorThatOtherRunsSurvive() {
    Shape input = Shape.of(4, 3, 16, 16);
    float[] images = Check.images(random, input);
    for (int threads = 1; threads <= 3; threads++) {
      try (CompiledModel model = Check.compile(network, graph, threads)) {
        float[][] tooShort = {new float[39]};
        assertThrows(IndexOutOfBoundsException.class, () -> model.run(input, images, tooShort));
        Check.run(model, network, graph, random, input);
      }
    }
  }
}
