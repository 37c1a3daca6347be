package dev.vgnet.bench.gpu;

import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.DeviceMemory;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Many runs of one model, from and to the memory of its device: they must give the same bits, and
 * take no more memory than the first tenth of them.
 *
 * @param runs compared with the first
 * @param differing runs whose bits differ
 * @param deviceBytes that the device has in use more than before
 * @param hostBytes that the process has resident more than before
 * @param passed whether no run differs, and neither grows beyond what a running JVM does
 */
record Endurance(
    String network, int runs, int differing, long deviceBytes, long hostBytes, boolean passed) {
  /** Of a process whose code is still being compiled and whose heap breathes. */
  private static final long MOST_HOST_BYTES = 32L << 20;

  private static final int WARM_UP_SHARE = 10;

  /**
   * @param usedBytes of the device
   * @param outputs numbers of the first output
   */
  static Endurance of(
      String network,
      CompiledModel model,
      LongSupplier usedBytes,
      Shape input,
      float[] images,
      int outputs,
      int runs) {
    float[] first = new float[outputs];
    float[] again = new float[outputs];
    try (DeviceMemory from = model.allocate(images.length);
        DeviceMemory to = model.allocate(outputs)) {
      from.write(images);
      model.run(input, from, to);
      to.read(first);
      int differing = differing(model, input, from, to, first, again, runs / WARM_UP_SHARE);
      System.gc();
      long device = usedBytes.getAsLong();
      long host = residentBytes();
      differing += differing(model, input, from, to, first, again, runs - runs / WARM_UP_SHARE);
      System.gc();
      long moreDevice = usedBytes.getAsLong() - device;
      long moreHost = residentBytes() - host;
      boolean passed = differing == 0 && moreDevice <= 0 && moreHost <= MOST_HOST_BYTES;
      return new Endurance(network, runs, differing, moreDevice, moreHost, passed);
    }
  }

  private static int differing(
      CompiledModel model,
      Shape input,
      DeviceMemory from,
      DeviceMemory to,
      float[] first,
      float[] again,
      int runs) {
    int differing = 0;
    for (int run = 0; run < runs; run++) {
      Arrays.fill(again, Float.NaN);
      to.write(again);
      model.run(input, from, to);
      to.read(again);
      differing += Arrays.equals(first, again) ? 0 : 1;
    }
    return differing;
  }

  private static long residentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
