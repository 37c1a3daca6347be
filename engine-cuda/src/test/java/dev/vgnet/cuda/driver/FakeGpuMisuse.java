package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.junit.jupiter.api.function.Executable;

/**
 * Proves that {@link FakeGpu} sees what a real driver would refuse or suffer, and what is usable
 * after that. A program.
 */
public final class FakeGpuMisuse {
  private static final int BYTES = 1000;

  private FakeGpuMisuse() {}

  /**
   * @param arguments none
   */
  public static void main(String[] arguments) {
    assertTrue(Probe.availability().available(), Probe.availability().toString());
    assertFalse(Probe.hasCudnn(), "the machine's own");
    try (Driver driver = Drivers.open(Precision.FP32)) {
      refused(
          "cuMemAlloc without a context",
          () -> CompletableFuture.runAsync(() -> driver.allocate(BYTES)).join());
      refused("1 x 1 blocks of 2048 threads", () -> driver.launch(launch("importImages", 2048)));
      refused("no nothing", () -> driver.launch(launch("nothing", 32)));
      copies(driver);
      captures();
      FakeControls.requireNoMisuse();
      driver.allocate(BYTES);
    }
    FakeControls.requireNothingLeft();
    seen("not given back: 1 blocks of the device");
  }

  private static void copies(Driver driver) {
    long address = driver.allocate(BYTES);
    MemorySegment host = driver.allocateHost(BYTES);
    refused(
        "are not inside a block of the device", () -> driver.upload(host, 0, BYTES, address + 1));
    refused("are not inside a block of the pinned", () -> driver.download(address, host, 1, BYTES));
    driver.freeHost(host);
    at(address, BYTES + 1).set(ValueLayout.JAVA_BYTE, BYTES, (byte) 1);
    driver.free(address);
    seen("beyond the end of 1000");
  }

  private static void captures() {
    CUstream_st stream = new CUstream_st();
    Check.success(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "making a stream");
    refused(
        "cuMemAlloc while capturing",
        () -> CudaGraph.capture(stream, () -> CudaMemory.allocate(BYTES)));
    assertThrows(
        StackOverflowError.class,
        () ->
            CudaGraph.capture(
                stream,
                () -> {
                  throw new StackOverflowError();
                }));
    CudaGraph.capture(stream, () -> {}).close();
    Check.success(cuStreamDestroy(stream), "giving a stream back");
  }

  private static Launch launch(String kernel, int threads) {
    return new Launch(kernel, 1, 1, threads, MemorySegment.ofArray(new byte[BYTES]));
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private static void refused(String misuse, Executable executable) {
    assertThrows(RuntimeException.class, executable);
    seen(misuse);
  }

  private static void seen(String misuse) {
    String misuses = FakeControls.misuses();
    assertTrue(misuses.contains(misuse), () -> misuse + " is expected, seen is: " + misuses);
  }
}
