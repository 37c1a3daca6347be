package dev.vgnet.bench;

import ai.onnxruntime.OrtException;
import dev.vgnet.Session;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.util.Map;
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
 * Latency of a whole network in this engine and in ONNX Runtime, on the same weights and images,
 * each from and to preallocated memory of the kind it likes best. The weights are random.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class PeerBenchmark {
  @Param("vgnetg_1_0mp")
  private String architecture;

  @Param({"1", "16"})
  private int batch;

  @Param({"vgnet", "onnxruntime"})
  private String engine;

  @Param({"1", "2"})
  private int threads;

  @Param("224")
  private int imageSize;

  private Run run;

  /** One engine, ready to run the batch. */
  private interface Run extends AutoCloseable {
    void run() throws OrtException;

    @Override
    void close() throws OrtException;
  }

  /** Opens the engine and draws the images. */
  @Setup(Level.Trial)
  public void open() throws IOException, OrtException {
    Workload workload = Workload.random(architecture, batch, imageSize);
    run =
        switch (engine) {
          case "vgnet" -> vgnet(workload);
          case "onnxruntime" -> onnxRuntime(workload);
          default -> throw new IllegalArgumentException("no engine is called " + engine);
        };
  }

  /** Closes the engine. */
  @TearDown(Level.Trial)
  public void close() throws OrtException {
    run.close();
  }

  /** One run of the batch. */
  @Benchmark
  public void run() throws OrtException {
    run.run();
  }

  private Run vgnet(Workload workload) {
    Session session = workload.newSession(threads);
    float[] logits = new float[(int) session.outputShape(workload.shape()).elementCount()];
    return new Run() {
      @Override
      public void run() {
        session.run(workload.shape(), workload.images(), logits);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  private Run onnxRuntime(Workload workload) throws IOException, OrtException {
    Map<String, Integer> axes = Map.of("batch", batch, "height", imageSize, "width", imageSize);
    OnnxRuntime runtime = new OnnxRuntime(workload.model(), threads, axes);
    OnnxRuntime.Call call = runtime.call(workload.shape(), outputShape(workload));
    call.setImages(workload.images());
    return new Run() {
      @Override
      public void run() throws OrtException {
        call.run();
      }

      @Override
      public void close() throws OrtException {
        call.close();
        runtime.close();
      }
    };
  }

  private static Shape outputShape(Workload workload) {
    try (Session session = workload.newSession(1)) {
      return session.outputShape(workload.shape());
    }
  }
}
