package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.Workload;
import dev.vgnet.cpu.vector.StepRunner;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One step of a network alone, for one image, over and over: its feature maps and weights are in
 * the caches as far as they fit. {@code vgnet inspect} lists the names of the steps.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
public class StepBenchmark {
  @Param("vgnetg_1_0mp")
  private String model;

  @Param("features.stage1.0.downsample")
  private String step;

  @Param({"1", "2"})
  private int threads;

  private StepRunner runner;

  /** Compiles the network and finds the step. */
  @Setup(Level.Trial)
  public void open() {
    Workload workload = Workload.random(model, 1);
    runner =
        new StepRunner(
            workload.model().graph(),
            workload.model().tensors(),
            threads,
            workload.shape(),
            workload.images(),
            step);
  }

  /** Ends the workers. */
  @TearDown(Level.Trial)
  public void close() {
    runner.close();
  }

  /** The step, once. */
  @Benchmark
  public void run() {
    runner.run();
  }
}
