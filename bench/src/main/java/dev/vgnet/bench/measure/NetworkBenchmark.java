package dev.vgnet.bench.measure;

import ai.onnxruntime.OrtException;
import dev.vgnet.bench.engine.Engine;
import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 * Latency of a whole network, images to logits, from and to preallocated memory of the kind that
 * the engine likes best. With several engines ({@code -p engines=vgnet+ort}) the iterations take
 * turns, the first named first; JMH's own score then mixes them, {@link NetworkResult} tells them
 * apart.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsPrepend = {
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED"
    })
public class NetworkBenchmark {
  /** ONNX Runtime's threads keep a core busy for tens of milliseconds after their last run. */
  static final long SETTLE_MILLIS = 100;

  @Param("vgnetg_1_0mp")
  private String model;

  @Param({"1", "16"})
  private int batch;

  @Param({"1", "2"})
  private int threads;

  @Param({"vgnet", "ort"})
  private String engines;

  private final List<Engine> opened = new ArrayList<>();
  private int turn = -1;
  private Engine engine;

  /** Opens the engines and draws the images. */
  @Setup(Level.Trial)
  public void open() throws IOException, OrtException, InterruptedException {
    Workload workload = Workload.random(model, batch);
    for (String id : engines.split("\\+")) {
      EngineKind kind = EngineKind.of(id);
      opened.add(Engine.open(kind, workload, threads));
      opened.getLast().run();
      kind.requireSame(opened.getFirst().logits(), opened.getLast().logits());
    }
    SteadyState.reach(opened);
  }

  /** Gives the next engine its turn, once the threads of the last one have gone to sleep. */
  @Setup(Level.Iteration)
  public void next() throws InterruptedException {
    if (opened.size() > 1) {
      Thread.sleep(SETTLE_MILLIS);
    }
    turn = (turn + 1) % opened.size();
    engine = opened.get(turn);
  }

  /** Closes the engines. */
  @TearDown(Level.Trial)
  public void close() throws OrtException {
    for (Engine one : opened) {
      one.close();
    }
  }

  /** One run of the batch. */
  @Benchmark
  public void run() throws OrtException {
    engine.run();
  }
}
