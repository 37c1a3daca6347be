package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CU_EVENT_DEFAULT;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** Times work by the device's own clock. For the thread that uses the {@link Driver}. */
final class Stopwatch implements AutoCloseable {
  private static final int WARM_UPS = 3;
  private static final int ROUNDS = 5;
  private static final int REPLAYS = 10;

  private final CUstream_st stream;
  private final CUevent_st start = new CUevent_st();
  private final CUevent_st end = new CUevent_st();

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

  /** Nanoseconds of one replay, of the fastest round of several. */
  long nanosOf(Replay replay) {
    for (int i = 0; i < WARM_UPS; i++) {
      replay.run();
    }
    double fastest = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      fastest = Math.min(fastest, millisOfRound(replay));
    }
    return Math.round(fastest / REPLAYS * 1e6);
  }

  private double millisOfRound(Replay replay) {
    Check.success(cuEventRecord(start, stream), "timing");
    for (int i = 0; i < REPLAYS; i++) {
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
