package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRelease;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemFreeHost;
import static org.bytedeco.cuda.global.cudart.cuMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cuMemHostAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.cudart.cuStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamEndCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.EngineException;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** A GPU, through CUDA's driver interface: one stream, one module of kernels. */
final class CudaDriver implements Driver {
  private static final System.Logger LOGGER = System.getLogger(CudaDriver.class.getName());

  private final CUctx_st context = new CUctx_st();
  private final CUstream_st stream = new CUstream_st();
  private final CUmod_st module = new CUmod_st();
  private final Map<String, CUfunc_st> kernels = new HashMap<>();
  private Optional<CudaCudnn> cudnn = Optional.empty();
  private Choices choices = Choices.inMemory();

  /** What has been opened, the last first. */
  private final Deque<Runnable> opened = new ArrayDeque<>();

  private CudaDriver() {}

  /**
   * Opens the device that the probe has found, with kernels of one precision.
   *
   * @throws DeviceUnavailableException if there is none
   */
  static Driver open(Precision precision) {
    Gpu gpu =
        Probe.gpu()
            .orElseThrow(() -> new DeviceUnavailableException(Probe.availability().detail()));
    CudaDriver driver = new CudaDriver();
    try {
      driver.open(gpu, precision);
      return driver;
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  private void open(Gpu gpu, Precision precision) {
    int[] device = new int[1];
    Check.success(cuDeviceGet(device, gpu.ordinal()), "opening " + gpu);
    Check.success(cuDevicePrimaryCtxRetain(context, device[0]), "opening " + gpu);
    opened.push(() -> cuDevicePrimaryCtxRelease(device[0]));
    attach();
    Check.success(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "making a stream");
    opened.push(() -> cuStreamDestroy(stream));
    Map<String, String> files = KernelSource.files();
    List<String> options = KernelSource.options(precision, gpu.architecture());
    byte[] code =
        KernelCache.ofUser()
            .get(
                files,
                options,
                KernelCompiler.version(),
                () -> KernelCompiler.compile(files, options));
    try (BytePointer image = new BytePointer(code)) {
      Check.success(cuModuleLoadData(module, image), "loading the kernels");
    }
    opened.push(() -> cuModuleUnload(module));
    openCudnn(precision);
    choices =
        KernelCache.ofUser()
            .choices(
                files,
                options,
                "%s, %s, cuDNN %s"
                    .formatted(
                        gpu,
                        KernelCompiler.version(),
                        cudnn.isPresent() ? Toolkit.cudnnVersion() : "none"));
  }

  /** Own kernels do its work where it does not start. */
  private void openCudnn(Precision precision) {
    if (Probe.hasCudnn()) {
      try {
        CudaCudnn library = CudaCudnn.open(stream, precision);
        opened.push(library::close);
        cudnn = Optional.of(library);
      } catch (EngineException | CudaCudnn.RefusedException e) {
        LOGGER.log(System.Logger.Level.WARNING, "cuDNN is not used: {0}", e.getMessage());
      }
    }
  }

  @Override
  public void attach() {
    Check.success(cuCtxSetCurrent(context), "attaching a thread");
  }

  @Override
  public long allocate(long bytes) {
    long[] address = new long[1];
    int result = cuMemAlloc(address, bytes);
    if (result != CUDA_SUCCESS) {
      Check.success(result, "taking %d MiB of %s".formatted(mebibytes(bytes), memory()));
    }
    return address[0];
  }

  @Override
  public long usedBytes() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      Check.success(cuMemGetInfo(free, total), "asking for the memory in use");
      return total.get() - free.get();
    }
  }

  @Override
  public void free(long address) {
    Check.success(cuMemFree(address), "giving device memory back");
  }

  @Override
  @SuppressWarnings("restricted")
  public MemorySegment allocateHost(long bytes) {
    Pointer memory = new Pointer();
    Check.success(
        cuMemHostAlloc(memory, bytes, 0),
        "taking %d MiB of pinned host memory".formatted(mebibytes(bytes)));
    return MemorySegment.ofAddress(memory.address()).reinterpret(bytes);
  }

  @Override
  public void freeHost(MemorySegment memory) {
    Check.success(cuMemFreeHost(new Address(memory)), "giving host memory back");
  }

  @Override
  public void upload(MemorySegment host, long address) {
    Check.success(
        cuMemcpyHtoDAsync(address, new Address(host), host.byteSize(), stream),
        "copying to the device");
  }

  @Override
  public void download(long address, MemorySegment host) {
    Check.success(
        cuMemcpyDtoHAsync(new Address(host), address, host.byteSize(), stream),
        "copying from the device");
  }

  @Override
  public void launch(Work work) {
    switch (work) {
      case Launch launch -> start(launch);
      case CudnnConvolution call -> cudnn.orElseThrow().run(call);
      case CudnnPool call -> cudnn.orElseThrow().run(call);
    }
  }

  private void start(Launch launch) {
    CUfunc_st kernel = kernels.computeIfAbsent(launch.kernel(), this::kernel);
    byte[] bytes = launch.parameters().toArray(ValueLayout.JAVA_BYTE);
    try (BytePointer structure = new BytePointer(bytes);
        PointerPointer<BytePointer> parameters = new PointerPointer<>(structure)) {
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

  @Override
  public Replay capture(List<Work> work) {
    try {
      return graph(work);
    } catch (CudaCudnn.RefusedException e) {
      throw new DeviceFailedException(e.getMessage());
    }
  }

  private Graph graph(List<Work> work) {
    if (work.stream().anyMatch(one -> !(one instanceof Launch))) {
      // A library loads its kernels at the first call, which a capture forbids.
      work.forEach(this::launch);
      await();
    }
    CUgraph_st graph = new CUgraph_st();
    Check.success(
        cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "beginning a graph");
    try {
      work.forEach(this::launch);
    } catch (RuntimeException e) {
      if (cuStreamEndCapture(stream, graph) == CUDA_SUCCESS) {
        cuGraphDestroy(graph);
      }
      throw e;
    }
    Check.success(cuStreamEndCapture(stream, graph), "ending a graph");
    CUgraphExec_st executable = new CUgraphExec_st();
    try {
      Check.success(cuGraphInstantiate(executable, graph, 0), "making a graph executable");
    } finally {
      cuGraphDestroy(graph);
    }
    return new Graph(executable);
  }

  @Override
  public OptionalLong measure(List<Work> work) {
    try (Replay replay = graph(work);
        Stopwatch watch = new Stopwatch(stream)) {
      return OptionalLong.of(watch.nanosOf(replay));
    } catch (CudaCudnn.RefusedException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public Optional<Cudnn> cudnn() {
    return cudnn.map(library -> library);
  }

  @Override
  public Choices choices() {
    return choices;
  }

  @Override
  public void await() {
    Check.success(cuStreamSynchronize(stream), "computing");
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      opened.pop().run();
    }
  }

  /** Launches that the device repeats by itself. */
  private final class Graph implements Replay {
    private final CUgraphExec_st executable;

    Graph(CUgraphExec_st executable) {
      this.executable = executable;
    }

    @Override
    public void run() {
      Check.success(cuGraphLaunch(executable, stream), "starting a graph");
    }

    @Override
    public void close() {
      cuGraphExecDestroy(executable);
    }
  }

  /** A pointer to memory that is not its own. */
  private static final class Address extends Pointer {
    Address(MemorySegment memory) {
      address = memory.address();
    }
  }

  private CUfunc_st kernel(String name) {
    CUfunc_st function = new CUfunc_st();
    Check.success(cuModuleGetFunction(function, module, name), "finding the kernel " + name);
    return function;
  }

  /** Such as {@code 140,000 MiB, of which 12 are free}. */
  private static String memory() {
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
