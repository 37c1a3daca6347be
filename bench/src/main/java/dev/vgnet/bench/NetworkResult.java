package dev.vgnet.bench;

import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.tensor.Tensor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;

/**
 * This engine and ONNX Runtime on the same weights and images, taking turns within each fork.
 *
 * @param imageSize side of the square images, in pixels
 * @param multiplyAccumulates of one image
 * @param measured the end of the measurement, UTC
 * @param load the load average over a minute, before and after
 * @param engines milliseconds a run
 * @param ratio ONNX Runtime's time over this engine's: a sample is the ratio of a fork's medians
 *     or, with fewer than three forks, of two iterations that follow each other
 */
record NetworkResult(
    String architecture,
    int batch,
    int threads,
    int imageSize,
    long multiplyAccumulates,
    String measured,
    Effort effort,
    double[] load,
    Map<String, Latency> engines,
    Ratio ratio) {
  static final String OURS = "vgnet";
  static final String PEER = "onnxruntime";
  private static final List<String> ENGINES = List.of(OURS, PEER);
  private static final int FORKS_FOR_AN_INTERVAL = 3;

  /** Assumed to plan iterations; no result depends on it. */
  private static final double GFLOPS = 50;

  /** Measures one setting. */
  static NetworkResult measure(
      String architecture, int batch, int threads, Effort effort, List<String> jvmFlags) {
    Workload workload = Workload.random(architecture, 1);
    int size = workload.shape().extent(2);
    GraphStatistics statistics =
        GraphStatistics.of(
            workload.model().graph(), Tensor.shapes(workload.model().tensors()), size, size);
    double millis = 2e-6 * statistics.multiplyAccumulates() * batch / GFLOPS;
    Effort planned = effort.forRunsOf(millis);
    double before = Conditions.load();
    Map<String, String> parameters =
        Map.of(
            "architecture", architecture,
            "batch", Integer.toString(batch),
            "threads", Integer.toString(threads),
            "engines", String.join("+", ENGINES));
    RunResult run =
        Jmh.run(NetworkBenchmark.class, parameters, planned, ENGINES.size(), 1, jvmFlags)
            .iterator()
            .next();
    Map<String, Latency> engines = new LinkedHashMap<>();
    for (int turn = 0; turn < ENGINES.size(); turn++) {
      Latency latency = Latency.of(Jmh.iterations(run, turn, ENGINES.size()));
      engines.put(ENGINES.get(turn), latency);
    }
    return new NetworkResult(
        architecture,
        batch,
        threads,
        size,
        statistics.multiplyAccumulates(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        planned,
        new double[] {before, Conditions.load()},
        engines,
        Ratio.of(samples(engines.get(OURS), engines.get(PEER))));
  }

  /** How much longer the peer takes, each time they were compared. */
  private static double[] samples(Latency ours, Latency peer) {
    List<double[]> forks =
        IntStream.range(0, ours.iterations().size())
            .mapToObj(fork -> ratios(peer.iterations().get(fork), ours.iterations().get(fork)))
            .toList();
    return forks.size() >= FORKS_FOR_AN_INTERVAL
        ? forks.stream().mapToDouble(Latency::median).toArray()
        : forks.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[] ratios(double[] upper, double[] lower) {
    return IntStream.range(0, upper.length).mapToDouble(i -> upper[i] / lower[i]).toArray();
  }

  /** How fast an engine computes, in GFLOP/s: two operations a multiply-accumulate. */
  double gflops(String engine) {
    return 2e-6 * multiplyAccumulates * batch / engines.get(engine).median();
  }
}
