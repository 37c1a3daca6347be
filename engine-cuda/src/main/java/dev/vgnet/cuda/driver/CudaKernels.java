package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuFuncLoad;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;

import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** The engine's own kernels, loaded into the device. */
final class CudaKernels implements AutoCloseable {
  private final CUmod_st module = new CUmod_st();
  private final Map<String, CUfunc_st> kernels = new HashMap<>();

  /**
   * @param code of the machine
   */
  CudaKernels(byte[] code) {
    try (BytePointer image = new BytePointer(code)) {
      Check.success(cuModuleLoadData(module, image), "loading the kernels");
    }
  }

  /** Finds a kernel and loads it, which a capture may forbid. */
  void load(String kernel) {
    kernels.computeIfAbsent(kernel, this::kernel);
  }

  void start(Launch launch, CUstream_st stream) {
    CUfunc_st kernel = kernels.computeIfAbsent(launch.kernel(), this::kernel);
    byte[] bytes = launch.parameters().toArray(ValueLayout.JAVA_BYTE);
    try (BytePointer structure = new BytePointer(bytes);
        // An array: one pointer alone would be taken for the list itself.
        PointerPointer<BytePointer> parameters =
            new PointerPointer<>(new BytePointer[] {structure})) {
      Check.success(
          cuLaunchKernel(
              kernel,
              launch.columns(),
              launch.rows(),
              1,
              launch.threads(),
              1,
              1,
              0,
              stream,
              parameters,
              null),
          "starting " + launch.kernel());
    }
  }

  private CUfunc_st kernel(String name) {
    CUfunc_st function = new CUfunc_st();
    Check.success(cuModuleGetFunction(function, module, name), "finding the kernel " + name);
    Check.success(cuFuncLoad(function), "loading the kernel " + name);
    return function;
  }

  @Override
  public void close() {
    cuModuleUnload(module);
  }
}
