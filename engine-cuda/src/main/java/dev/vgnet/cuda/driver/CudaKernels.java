package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuFuncLoad;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The engine's own kernels, loaded into the device. For the thread that uses the {@link Driver}.
 */
final class CudaKernels implements AutoCloseable {
  /** Where the structure begins that a kernel takes, aligned as any of its members may be. */
  private static final long STRUCTURE = 16;

  private final CUmod_st module = new CUmod_st();
  private final Map<String, CUfunc_st> kernels = new HashMap<>();

  /**
   * A list of one pointer, that to the structure after it: written anew for each launch, by whose
   * end CUDA has read it.
   */
  private final MemorySegment parameters =
      Arena.ofAuto().allocate(STRUCTURE + Launch.MAX_PARAMETER_BYTES, STRUCTURE);

  private final PointerPointer<?> list = new PointerPointer<>(new Address(parameters));

  /**
   * @param code of the machine
   */
  CudaKernels(byte[] code) {
    parameters.set(ValueLayout.JAVA_LONG, 0, parameters.address() + STRUCTURE);
    try (BytePointer image = new BytePointer(code)) {
      Check.success(cuModuleLoadData(module, image), "loading the kernels");
    }
  }

  /** Finds a kernel and loads it, which a capture may forbid. */
  void load(String kernel) {
    if (!kernels.containsKey(kernel)) {
      kernels.put(kernel, kernel(kernel));
    }
  }

  void start(Launch launch, CUstream_st stream) {
    load(launch.kernel());
    MemorySegment structure = launch.parameters();
    MemorySegment.copy(structure, 0, parameters, STRUCTURE, structure.byteSize());
    int result =
        cuLaunchKernel(
            kernels.get(launch.kernel()),
            launch.columns(),
            launch.rows(),
            1,
            launch.threads(),
            1,
            1,
            0,
            stream,
            list,
            null);
    if (result != CUDA_SUCCESS) {
      Check.success(result, "starting " + launch.kernel());
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
    Captures.keepOut(() -> cuModuleUnload(module));
  }
}
