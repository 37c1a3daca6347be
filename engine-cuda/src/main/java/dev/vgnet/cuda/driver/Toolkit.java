package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuInit;
import static org.bytedeco.cuda.global.cudart.cudaRuntimeGetVersion;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;
import static org.bytedeco.cuda.global.nvrtc.NVRTC_SUCCESS;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.SizeTPointer;

/** What libraries that are loaded say about themselves and their devices. */
final class Toolkit {
  private static final int NAME_BYTES = 256;

  private Toolkit() {}

  /**
   * What CUDA lists.
   *
   * @param error why the list is empty
   */
  record Devices(List<Gpu> gpus, String error) {}

  /** One line for each library. */
  static List<String> versions() {
    int[] runtime = new int[1];
    int[] major = new int[1];
    int[] minor = new int[1];
    return List.of(
        "runtime's version: "
            + (cudaRuntimeGetVersion(runtime) == CUDA_SUCCESS
                ? Version.of(runtime[0])
                : "not told"),
        "run-time compiler's version: "
            + (nvrtcVersion(major, minor) == NVRTC_SUCCESS
                ? new Version(major[0], minor[0])
                : "not told"));
  }

  /** The newest CUDA that the driver supports. */
  static Version driverVersion() {
    int[] version = new int[1];
    Check.success(cuDriverGetVersion(version), "asking the driver for its version");
    return Version.of(version[0]);
  }

  /** Such as {@code 9.19.0}. */
  static String cudnnVersion() {
    long version = cudnnGetVersion();
    return version / 10_000 + "." + version % 10_000 / 100 + "." + version % 100;
  }

  static Devices devices() {
    int result = cuInit(0);
    int[] count = new int[1];
    if (result == CUDA_SUCCESS) {
      result = cuDeviceGetCount(count);
    }
    if (result != CUDA_SUCCESS) {
      return new Devices(List.of(), Check.describe(result));
    }
    List<Gpu> gpus = new ArrayList<>();
    for (int ordinal = 0; ordinal < count[0]; ordinal++) {
      gpus.add(gpu(ordinal));
    }
    return new Devices(gpus, "CUDA lists none");
  }

  private static Gpu gpu(int ordinal) {
    int[] device = new int[1];
    byte[] name = new byte[NAME_BYTES];
    Check.success(cuDeviceGet(device, ordinal), "opening device " + ordinal);
    Check.success(cuDeviceGetName(name, NAME_BYTES, device[0]), "naming device " + ordinal);
    try (SizeTPointer memory = new SizeTPointer(1)) {
      Check.success(cuDeviceTotalMem(memory, device[0]), "measuring device " + ordinal);
      return new Gpu(
          ordinal,
          new String(name, StandardCharsets.UTF_8).split("\0", 2)[0],
          attribute(device[0], CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
          attribute(device[0], CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
          memory.get());
    }
  }

  private static int attribute(int device, int attribute) {
    int[] value = new int[1];
    Check.success(cuDeviceGetAttribute(value, attribute, device), "asking for an attribute");
    return value[0];
  }
}
