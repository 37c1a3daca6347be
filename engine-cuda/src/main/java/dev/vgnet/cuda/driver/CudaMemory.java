package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemFreeHost;
import static org.bytedeco.cuda.global.cudart.cuMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cuMemHostAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;

import java.lang.foreign.MemorySegment;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Memory of the device and pinned memory of the host, as {@link Driver} says. */
final class CudaMemory {
  private CudaMemory() {}

  static long allocate(long bytes) {
    long[] address = new long[1];
    int result = cuMemAlloc(address, bytes);
    if (result != CUDA_SUCCESS) {
      Check.success(result, "taking %d MiB of %s".formatted(mebibytes(bytes), text()));
    }
    return address[0];
  }

  static void free(long address) {
    Check.success(cuMemFree(address), "giving device memory back");
  }

  static long usedBytes() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      Check.success(cuMemGetInfo(free, total), "asking for the memory in use");
      return total.get() - free.get();
    }
  }

  @SuppressWarnings("restricted")
  static MemorySegment allocateHost(long bytes) {
    Pointer memory = new Pointer();
    Check.success(
        cuMemHostAlloc(memory, bytes, 0),
        "taking %d MiB of pinned host memory".formatted(mebibytes(bytes)));
    return MemorySegment.ofAddress(memory.address()).reinterpret(bytes);
  }

  static void freeHost(MemorySegment memory) {
    Check.success(cuMemFreeHost(new Address(memory)), "giving host memory back");
  }

  static void upload(Address host, long bytes, long address, CUstream_st stream) {
    Check.success(cuMemcpyHtoDAsync(address, host, bytes, stream), "copying to the device");
  }

  static void download(long address, Address host, long bytes, CUstream_st stream) {
    Check.success(cuMemcpyDtoHAsync(host, address, bytes, stream), "copying from the device");
  }

  /** Such as {@code 140000 MiB, of which 12 are free}. */
  private static String text() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      return cuMemGetInfo(free, total) == CUDA_SUCCESS
          ? "%d MiB, of which %d are free".formatted(mebibytes(total.get()), mebibytes(free.get()))
          : "device memory";
    }
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
