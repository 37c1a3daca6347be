package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.graph.Operator.Function;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Once compiled, no kernel may allocate: a vector that is an object costs as much as its loop. */
class AllocationTest {
  private static final int CALLS = 1000;
  private static final long PATIENCE_NANOS = 40_000_000_000L;

  private final float[] arena = AlignedArrays.allocate(100_000);
  private final float[] weights = AlignedArrays.allocate(100_000);
  private final int[] rows = {12, 12 + 28 * 32, 12 + 56 * 32, 12, 12, 12, 12};

  @Test
  void noKernelAllocatesOnceItIsCompiled() {
    Map<String, Runnable> kernels = kernels();
    Map<String, Long> allocated = new LinkedHashMap<>();
    long start = System.nanoTime();
    do {
      allocated.clear();
      kernels.forEach(
          (name, kernel) -> {
            long bytes = bytes(kernel);
            // Measuring itself allocates a little now and then, less than a vector a call.
            if (bytes >= 16L * CALLS) {
              allocated.put(name, bytes / CALLS);
            }
          });
    } while (!allocated.isEmpty() && System.nanoTime() - start < PATIENCE_NANOS);
    assertTrue(allocated.isEmpty(), () -> "bytes a call: " + allocated);
  }

  private Map<String, Runnable> kernels() {
    Map<String, Runnable> kernels = new LinkedHashMap<>();
    int out = 50_000;
    int stride = Vectors.padded(28);
    for (TileShape shape : TileShape.choose(28, 28)) {
      List<Tap> taps = List.of(Tap.of(28, stride), Tap.of(28, stride), Tap.of(13, 16));
      EpilogueSpec epilogue =
          new EpilogueSpec(true, Optional.of(Function.RELU), false, true, Optional.empty());
      Tiling tiling = Tiling.of(shape, taps, stride, epilogue.ofTile(), stride);
      tiling.kernels().forEach(RehearsedKernel::settle);
      int[] inOffsets = Samples.offsets(taps, rows);
      kernels.put("tile " + shape, () -> tiling.run(arena, inOffsets, weights, 12, arena, out, 28));
    }
    for (int channels : new int[] {28, stride}) {
      depthwise(kernels, 3, channels, EpilogueSpec.COPY);
      depthwise(kernels, 3, channels, epilogue(Function.RELU));
      depthwise(
          kernels,
          5,
          channels,
          new EpilogueSpec(true, Optional.of(Function.RELU), false, false, Optional.empty()));
    }
    EpilogueParameters parameters =
        new EpilogueParameters(new float[28], new float[28], new float[28]);
    for (Function function : Function.values()) {
      EpilogueKernel epilogue = EpilogueKernel.of(epilogue(function));
      kernels.put(
          function.toString(),
          () ->
              epilogue.run(arena, 12, stride, out, stride, 28, 28, parameters, 0, 20_012, stride));
    }
    for (Winograd size : Winograd.values()) {
      winograd(kernels, size);
    }
    maps(kernels);
    return kernels;
  }

  private void winograd(Map<String, Runnable> kernels, Winograd size) {
    WinogradKernel transforms = VectorWinograd.of(size);
    int[] places = new int[size.positions()];
    Arrays.setAll(places, i -> i * 52);
    int stride = 3 * Vectors.LANES;
    kernels.put(
        size + " input",
        () -> transforms.transformInput(arena, places, 12, 20_012, 50_012, stride));
    kernels.put(
        size + " output",
        () -> transforms.transformOutput(arena, 12, stride, 20_012, places, 0, 50_012));
  }

  private void maps(Map<String, Runnable> kernels) {
    MapKernel maps = new VectorMaps();
    int out = 50_000;
    int stride = Vectors.padded(28);
    for (int kernel : new int[] {2, 3, 5}) {
      MapKernel.Row row = new MapKernel.Row(kernel, 2, 1, 28, stride, 14, stride, 28);
      kernels.put("max " + kernel, () -> maps.max(arena, rows, kernel, 90_000, out, row));
    }
    kernels.put("mean", () -> maps.mean(arena, rows, 12, stride, 28, 56, 28, 1, out));
    kernels.put("multiply", () -> maps.multiply(arena, 12, stride, 12, 0, out, stride, 28, 28));
    kernels.put("interleave", () -> maps.interleave(arena, 12, 300, 600, 224, arena, out, 3));
  }

  private static EpilogueSpec epilogue(Function function) {
    return new EpilogueSpec(true, Optional.of(function), true, true, Optional.of(function));
  }

  private void depthwise(
      Map<String, Runnable> kernels, int kernel, int channels, EpilogueSpec epilogue) {
    int stride = Vectors.padded(28);
    boolean partial = channels % Vectors.LANES != 0;
    DepthwiseSpec spec =
        new DepthwiseSpec(kernel, 1, kernel / 2, 7, partial, stride, stride, epilogue, stride);
    DepthwiseKernel depthwise = DepthwiseKernel.of(spec);
    kernels.put(
        spec.toString(),
        () -> depthwise.row(28, 28, channels, arena, rows, weights, 12, arena, 50_000, 20_012));
  }

  private static long bytes(Runnable kernel) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      kernel.run();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
