package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.nvrtc.NVRTC_SUCCESS;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import dev.vgnet.error.DeviceFailedException;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** NVIDIA's run-time compiler. */
final class KernelCompiler {
  private KernelCompiler() {}

  /** Such as {@code 13.0}: other versions may make other code. */
  static String version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    check(nvrtcVersion(major, minor), "asking the run-time compiler for its version");
    return new Version(major[0], minor[0]).toString();
  }

  /**
   * Machine code for one architecture.
   *
   * @param files by name, the main one first; it includes the others
   * @throws DeviceFailedException if they do not compile, with what the compiler says
   */
  static byte[] compile(Map<String, String> files, List<String> options) {
    String[] names = files.keySet().toArray(String[]::new);
    String[] texts = files.values().toArray(String[]::new);
    try (_nvrtcProgram program = new _nvrtcProgram();
        BytePointer text = new BytePointer(texts[0]);
        BytePointer name = new BytePointer(names[0]);
        PointerPointer<BytePointer> allTexts = new PointerPointer<>(texts);
        PointerPointer<BytePointer> allNames = new PointerPointer<>(names);
        PointerPointer<BytePointer> arguments =
            new PointerPointer<>(options.toArray(String[]::new))) {
      check(
          nvrtcCreateProgram(program, text, name, names.length, allTexts, allNames),
          "reading the kernels");
      try {
        int result = nvrtcCompileProgram(program, options.size(), arguments);
        if (result != NVRTC_SUCCESS) {
          throw new DeviceFailedException(
              "compiling the kernels with %s: %s%n%s"
                  .formatted(options, describe(result), log(program)));
        }
        return code(program);
      } finally {
        nvrtcDestroyProgram(program);
      }
    }
  }

  private static byte[] code(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtcGetCUBINSize(program, size), "measuring the kernels");
      byte[] code = new byte[Math.toIntExact(size.get())];
      check(nvrtcGetCUBIN(program, code), "taking the kernels");
      return code;
    }
  }

  private static String log(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtcGetProgramLogSize(program, size), "measuring the compiler's log");
      try (BytePointer log = new BytePointer(size.get())) {
        check(nvrtcGetProgramLog(program, log), "taking the compiler's log");
        return log.getString().replace("\0", "");
      }
    }
  }

  private static void check(int result, String action) {
    if (result != NVRTC_SUCCESS) {
      throw new DeviceFailedException(action + ": " + describe(result));
    }
  }

  private static String describe(int result) {
    return nvrtcGetErrorString(result).getString();
  }
}
