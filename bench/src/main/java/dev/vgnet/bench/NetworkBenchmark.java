package dev.vgnet.bench;

import dev.vgnet.Session;
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
 * Latency of a whole network, images to logits, from and to arrays of the caller. Weights are
 * random: arithmetic takes the same time whatever the numbers are.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class NetworkBenchmark {
  @Param("vgnetg_1_0mp")
  private String architecture;

  @Param({"1", "16"})
  private int batch;

  @Param({"1", "2"})
  private int threads;

  @Param("224")
  private int imageSize;

  private Workload workload;
  private Session session;
  private float[] logits;

  /** Opens the session and draws the images. */
  @Setup(Level.Trial)
  public void open() {
    workload = Workload.random(architecture, batch, imageSize);
    session = workload.newSession(threads);
    logits = new float[(int) session.outputShape(workload.shape()).elementCount()];
  }

  /** Closes the session. */
  @TearDown(Level.Trial)
  public void close() {
    session.close();
  }

  /** One run of the batch. */
  @Benchmark
  public float[] run() {
    session.run(workload.shape(), workload.images(), logits);
    return logits;
  }
}
