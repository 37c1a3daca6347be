package dev.vgnet.bench.measure;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.Engine;
import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A process in which engines take turns at one network: undisturbed, beside busy threads, beside a
 * second session of themselves. {@link SharingResult} starts it.
 */
public final class SharedRuns {
  /** Until the scheduler has spread new threads over the cores. */
  private static final long LEAD_IN_MILLIS = 100;

  private final int millis;

  private SharedRuns(int millis) {
    this.millis = millis;
  }

  /**
   * Prints a {@link Slice} as JSON in a line of its own after each turn.
   *
   * @param args model, batch, threads, engines (joined by {@code +}), rounds, milliseconds a turn
   */
  public static void main(String[] args) throws Exception {
    Setting setting =
        new Setting(
            args[0],
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Stream.of(args[3].split("\\+")).map(EngineKind::of).toList());
    run(setting, Integer.parseInt(args[4]), Integer.parseInt(args[5]), SharedRuns::print);
  }

  private static void print(Slice slice) {
    try {
      System.out.println(JSON.std.asString(slice));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    if (System.out.checkError()) {
      throw new IllegalStateException("nobody reads the results");
    }
  }

  /**
   * Lets each engine have a turn in each contention, round after round.
   *
   * @param millis of a turn; it holds one run of each session at least
   */
  static void run(Setting setting, int rounds, int millis, Consumer<Slice> onSlice)
      throws IOException, OrtException, InterruptedException, ExecutionException {
    List<Contention> contentions = Contention.all(Runtime.getRuntime().availableProcessors());
    int sessions = contentions.stream().mapToInt(Contention::sessions).max().orElseThrow();
    Map<EngineKind, List<Engine>> engines = new EnumMap<>(EngineKind.class);
    SharedRuns runs = new SharedRuns(millis);
    try {
      open(setting, sessions, engines);
      for (int round = 0; round < rounds; round++) {
        for (Contention contention : contentions) {
          for (EngineKind kind : setting.engines()) {
            // ONNX Runtime's threads are busy for a while after their last run.
            Thread.sleep(NetworkBenchmark.SETTLE_MILLIS);
            List<Engine> taking = engines.get(kind).subList(0, contention.sessions());
            onSlice.accept(new Slice(kind.id(), contention, runs.turn(taking, contention)));
          }
        }
      }
    } finally {
      for (List<Engine> opened : engines.values()) {
        for (Engine engine : opened) {
          engine.close();
        }
      }
    }
  }

  private static void open(Setting setting, int sessions, Map<EngineKind, List<Engine>> engines)
      throws IOException, OrtException, InterruptedException {
    Workload workload = Workload.random(setting.model(), setting.batch());
    float[] logits = null;
    for (EngineKind kind : setting.engines()) {
      List<Engine> opened = engines.computeIfAbsent(kind, _ -> new ArrayList<>());
      for (int session = 0; session < sessions; session++) {
        Engine engine = Engine.open(kind, workload, setting.threads());
        opened.add(engine);
        engine.run();
        logits = logits == null ? engine.logits() : logits;
        kind.requireSame(logits, engine.logits());
      }
    }
  }

  private List<Slice.Caller> turn(List<Engine> engines, Contention contention)
      throws InterruptedException, ExecutionException {
    CyclicBarrier start = new CyclicBarrier(engines.size());
    CountDownLatch counting = new CountDownLatch(engines.size());
    List<Callable<Slice.Caller>> calls = new ArrayList<>();
    for (Engine engine : engines) {
      calls.add(() -> call(engine, start, counting));
    }
    List<Slice.Caller> callers = new ArrayList<>();
    try (BusyThreads _ = new BusyThreads(contention.busyThreads());
        ExecutorService threads = Executors.newFixedThreadPool(engines.size())) {
      for (Future<Slice.Caller> call : threads.invokeAll(calls)) {
        callers.add(call.get());
      }
    }
    return callers;
  }

  /** Runs before and after what it counts, so that no caller is ever without the others. */
  private Slice.Caller call(Engine engine, CyclicBarrier start, CountDownLatch counting)
      throws Exception {
    DoubleStream.Builder times = DoubleStream.builder();
    long begin;
    long end;
    try {
      start.await();
      long ready = System.nanoTime() + LEAD_IN_MILLIS * 1_000_000;
      do {
        engine.run();
        begin = System.nanoTime();
      } while (begin < ready);
      end = begin;
      do {
        long last = end;
        engine.run();
        end = System.nanoTime();
        times.add((end - last) / 1e6);
      } while (end - begin < millis * 1_000_000L);
    } finally {
      counting.countDown();
    }
    while (counting.getCount() > 0) {
      engine.run();
    }
    return new Slice.Caller(times.build().toArray(), (end - begin) / 1e6);
  }
}
