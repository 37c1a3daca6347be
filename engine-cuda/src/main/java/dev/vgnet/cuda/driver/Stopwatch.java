package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CU_EVENT_DEFAULT;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;

import java.util.OptionalLong;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** Times work by the device's own clock. For the thread that uses the {@link Driver}. */
final class Stopwatch implements AutoCloseable {
  /** How long a device that may have been idle, at low clocks, is kept busy first; a guess. */
  private static final long WAKING_NANOS = 200_000_000;

  /** Times the fastest so far: what takes more, alone, will not be faster among its like. */
  private static final double HOPELESS = 4;

  /** Alone, what takes less is mostly waiting for the host. */
  private static final double HOPEFUL_MILLIS = 0.1;

  private static final int ROUNDS = 5;

  /** Of the device, in a round: far more than starting a round takes. */
  private static final double ROUND_MILLIS = 2;

  /**
   * In one graph. Alone, a kernel of a few microseconds would wait for the host to start the next
   * graph, and the host would be timed.
   */
  private static final int MOST_COPIES = 20;

  private static final int MOST_REPLAYS = 10;

  private final CUstream_st stream;
  private final CUevent_st start = new CUevent_st();
  private final CUevent_st end = new CUevent_st();
  private boolean awake;

  Stopwatch(CUstream_st stream) {
    this.stream = stream;
    Check.success(cuEventCreate(start, CU_EVENT_DEFAULT), "making an event");
    try {
      Check.success(cuEventCreate(end, CU_EVENT_DEFAULT), "making an event");
    } catch (RuntimeException e) {
      cuEventDestroy(start);
      throw e;
    }
  }

  /**
   * Nanoseconds of work among more of its like, of the fastest round of several.
   *
   * @param launches all of it, into the stream
   * @param least those of the fastest so far
   * @return nothing if a single run is hopelessly far from that
   */
  OptionalLong nanosOf(Runnable launches, long least) {
    double alone = millisAlone(launches);
    if (isHopeless(alone, least)) {
      return OptionalLong.empty();
    }
    double wanted = Math.ceil(ROUND_MILLIS / alone);
    int runs = Math.clamp((long) wanted, 1, MOST_COPIES * MOST_REPLAYS);
    int copies = Math.min(runs, MOST_COPIES);
    int replays = Math.ceilDiv(runs, copies);
    try (CudaGraph graph = graph(launches, copies)) {
      graph.run();
      double fastest = Double.POSITIVE_INFINITY;
      for (int round = 0; round < ROUNDS; round++) {
        fastest = Math.min(fastest, millisOf(graph, replays));
      }
      return OptionalLong.of(Math.round(fastest / (copies * replays) * 1e6));
    }
  }

  /**
   * @param millis of a single run
   * @param least nanoseconds of the fastest so far
   */
  static boolean isHopeless(double millis, long least) {
    return millis > HOPEFUL_MILLIS && millis * 1e6 > HOPELESS * least;
  }

  private double millisAlone(Runnable launches) {
    try (CudaGraph once = graph(launches, 1)) {
      if (!awake) {
        wake(once);
      }
      once.run();
      return millisOf(once, 1);
    }
  }

  private void wake(CudaGraph graph) {
    for (long from = System.nanoTime(); System.nanoTime() - from < WAKING_NANOS; ) {
      millisOf(graph, MOST_REPLAYS);
    }
    awake = true;
  }

  private CudaGraph graph(Runnable launches, int copies) {
    return CudaGraph.capture(
        stream,
        () -> {
          for (int i = 0; i < copies; i++) {
            launches.run();
          }
        });
  }

  private double millisOf(Replay replay, int replays) {
    Check.success(cuEventRecord(start, stream), "timing");
    for (int i = 0; i < replays; i++) {
      replay.run();
    }
    Check.success(cuEventRecord(end, stream), "timing");
    Check.success(cuEventSynchronize(end), "computing");
    float[] millis = new float[1];
    Check.success(cuEventElapsedTime(millis, start, end), "timing");
    return millis[0];
  }

  @Override
  public void close() {
    cuEventDestroy(start);
    cuEventDestroy(end);
  }
}
