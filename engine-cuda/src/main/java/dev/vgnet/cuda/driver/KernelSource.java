package dev.vgnet.cuda.driver;

import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernels' sources, which are resources of this module. */
final class KernelSource {
  /** The file that includes all others. */
  static final String MAIN = "kernels.cu";

  private static final List<String> FILES =
      List.of(
          MAIN,
          "common.cuh",
          "convolution.cu",
          "dense.cu",
          "depthwise.cu",
          "depthwise.cuh",
          "elementwise.cu",
          "excite.cu",
          "pool.cu",
          "product.cu",
          "product.cuh",
          "separable.cu",
          "slices.cuh",
          "tiles_float.cuh",
          "tiles_tensor.cuh",
          "transfer.cu");

  private static final String FOLDER = "/dev/vgnet/cuda/kernel/";

  private KernelSource() {}

  /** All files by name, the main one first. */
  static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    for (String name : FILES) {
      files.put(name, read(name));
    }
    return files;
  }

  /** What a compiler is told to make kernels of one precision for one architecture. */
  static List<String> options(Precision precision, String architecture) {
    return List.of(
        "--std=c++17",
        "--gpu-architecture=" + architecture,
        "--define-macro=PRECISION=" + precision.ordinal());
  }

  private static String read(String name) {
    try (InputStream in = KernelSource.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + FOLDER + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
