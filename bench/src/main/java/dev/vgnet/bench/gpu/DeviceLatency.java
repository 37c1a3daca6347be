package dev.vgnet.bench.gpu;

import dev.vgnet.DeviceTensor;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How long a run takes on a device, from an array of images to an array of logits, and where the
 * device has memory of its own, from there to there. A first look at a machine, in this one
 * process.
 *
 * @param medianMillis of all runs, copies between host and device included
 * @param onDeviceMillis the median of runs without copies; nothing on a CPU
 * @param p95Millis of all runs
 * @param steps where the time goes
 */
record DeviceLatency(
    String network,
    Precision precision,
    int batch,
    int runs,
    double medianMillis,
    Double onDeviceMillis,
    double p95Millis,
    List<Step> steps) {
  /**
   * A step launched by itself and awaited: all of them take longer so than together in one run.
   *
   * @param kernel what computes it, in words
   */
  record Step(String name, String kernel, double micros) {}

  private static final int LEAST_RUNS = 20;
  private static final int MOST_RUNS = 1000;
  private static final long NANOS = 2_000_000_000L;

  /** Measures for about two seconds after the session is warm. */
  static DeviceLatency of(String network, Workload workload, Backend backend, Precision precision) {
    SessionOptions options =
        SessionOptions.builder().backend(backend.name()).precision(precision).build();
    try (Session session = workload.model().newSession(options)) {
      float[] logits = new float[(int) session.outputShape(workload.shape()).elementCount()];
      session.warmUp(workload.shape());
      double[] millis = sorted(() -> session.run(workload.shape(), workload.images(), logits));
      int runs = millis.length;
      Double onDevice = backend.device() == Device.CUDA ? onDevice(session, workload) : null;
      return new DeviceLatency(
          network,
          precision,
          workload.shape().extent(0),
          runs,
          millis[runs / 2],
          onDevice,
          millis[runs * 95 / 100],
          steps(session, workload));
    }
  }

  private static double onDevice(Session session, Workload workload) {
    try (DeviceTensor images = session.allocate(workload.shape());
        DeviceTensor logits = session.allocate(session.outputShape(workload.shape()))) {
      images.write(workload.images());
      double[] millis = sorted(() -> session.run(images, logits));
      return millis[millis.length / 2];
    }
  }

  private static double[] sorted(Runnable run) {
    double[] millis = new double[MOST_RUNS];
    int runs = 0;
    long start = System.nanoTime();
    while (runs < LEAST_RUNS || runs < MOST_RUNS && System.nanoTime() - start < NANOS) {
      long before = System.nanoTime();
      run.run();
      millis[runs++] = (System.nanoTime() - before) / 1e6;
    }
    double[] all = Arrays.copyOf(millis, runs);
    Arrays.sort(all);
    return all;
  }

  private static List<Step> steps(Session session, Workload workload) {
    List<StepReport> steps = session.report(workload.shape()).steps();
    long[] nanos = session.profile(Tensor.of(workload.shape(), workload.images()));
    return IntStream.range(0, nanos.length)
        .mapToObj(i -> new Step(steps.get(i).name(), steps.get(i).kernel(), nanos[i] / 1e3))
        .toList();
  }
}
