package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.runtime.Precision;
import org.bytedeco.cuda.cudart.CUstream_st;

/** A driver with cuDNN that is closed while another thread captures. A program. */
public final class FakeGpuCaptures {
  private FakeGpuCaptures() {}

  /**
   * @param arguments none
   */
  public static void main(String[] arguments) throws InterruptedException {
    assertTrue(Probe.hasCudnn(), Probe.availability().toString());
    Driver ending = Drivers.open(Precision.FP16);
    Thread closing =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  ending.attach();
                  ending.close();
                });
    CUstream_st stream = new CUstream_st();
    Check.success(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "making a stream");
    CudaGraph.capture(
            stream,
            () -> {
              closing.start();
              // It waits for the end of this capture, or has ended what this captures.
              while (closing.isAlive() && closing.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
            })
        .close();
    closing.join();
    Check.success(cuStreamDestroy(stream), "giving a stream back");
    FakeControls.requireNothingLeft();
    FakeControls.requireNoMisuse();
  }
}
