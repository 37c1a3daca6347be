package dev.vgnet.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.EngineException;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/**
 * A GPU, through CUDA's driver interface: one stream, and all of a process in one context. Drivers
 * of several threads share nothing else; {@link Captures} keeps them out of each other's way.
 */
final class CudaDriver implements Driver {
  private static final System.Logger LOGGER = System.getLogger(CudaDriver.class.getName());

  /**
   * Of the process, by device. It never gives them back: they would end with the last driver, and
   * the next would wait until there is another.
   */
  private static final Map<Integer, CUctx_st> CONTEXTS = new HashMap<>();

  private final CUstream_st stream = new CUstream_st();

  /** Where the host's memory is copied from or to, while that is being asked for. */
  private final Address copied = new Address(0);

  private CUctx_st context;
  private Stopwatch stopwatch;
  private CudaKernels kernels;
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
    } catch (RuntimeException | Error e) {
      driver.close();
      throw e;
    }
  }

  private void open(Gpu gpu, Precision precision) {
    context = context(gpu);
    attach();
    Check.success(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "making a stream");
    opened.push(() -> cuStreamDestroy(stream));
    stopwatch = new Stopwatch(stream);
    opened.push(stopwatch::close);
    Map<String, String> files = KernelSource.files();
    List<String> options = KernelSource.options(precision, gpu.architecture());
    byte[] code =
        KernelCache.ofUser()
            .get(
                files,
                options,
                KernelCompiler.version(),
                () -> KernelCompiler.compile(files, options));
    kernels = new CudaKernels(code);
    opened.push(kernels::close);
    openCudnn(precision);
    choices =
        KernelCache.ofUser()
            .choices(
                files,
                options,
                new ChoiceKey(
                    Choices.WAYS,
                    gpu,
                    Toolkit.driverVersion(),
                    KernelCompiler.version(),
                    cudnn.map(_ -> Toolkit.cudnnVersion())));
  }

  private static synchronized CUctx_st context(Gpu gpu) {
    return CONTEXTS.computeIfAbsent(
        gpu.ordinal(),
        ordinal -> {
          int[] device = new int[1];
          Check.success(cuDeviceGet(device, ordinal), "opening " + gpu);
          CUctx_st context = new CUctx_st();
          Check.success(cuDevicePrimaryCtxRetain(context, device[0]), "opening " + gpu);
          return context;
        });
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
    return CudaMemory.allocate(bytes);
  }

  @Override
  public long usedBytes() {
    return CudaMemory.usedBytes();
  }

  @Override
  public void free(long address) {
    CudaMemory.free(address);
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    return CudaMemory.allocateHost(bytes);
  }

  @Override
  public void freeHost(MemorySegment memory) {
    CudaMemory.freeHost(memory);
  }

  @Override
  public void upload(MemorySegment host, long from, long bytes, long address) {
    CudaMemory.upload(copied.at(host.address() + from), bytes, address, stream);
  }

  @Override
  public void download(long address, MemorySegment host, long to, long bytes) {
    CudaMemory.download(address, copied.at(host.address() + to), bytes, stream);
  }

  @Override
  public void launch(Work work) {
    switch (work) {
      case Launch launch -> kernels.start(launch, stream);
      case CudnnConvolution call -> cudnn.orElseThrow().run(call);
      case CudnnPool call -> cudnn.orElseThrow().run(call);
    }
  }

  @Override
  public Replay capture(List<Work> work) {
    try {
      prepare(work);
      return CudaGraph.capture(stream, () -> work.forEach(this::launch));
    } catch (CudaCudnn.RefusedException e) {
      throw new DeviceFailedException(e.getMessage());
    }
  }

  /** Does what a capture forbids, the loading of kernels, before it. */
  private void prepare(List<Work> work) {
    for (Work one : work) {
      if (one instanceof Launch launch) {
        kernels.load(launch.kernel());
      }
    }
    if (Work.callsCudnn(work)) {
      // A library loads its kernels at the first call.
      work.forEach(this::launch);
      await();
    }
  }

  @Override
  public OptionalLong measure(List<Work> work, long least) {
    try {
      prepare(work);
      return stopwatch.nanosOf(() -> work.forEach(this::launch), least);
    } catch (CudaCudnn.RefusedException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "cuDNN refuses a call: {0}", e.getMessage());
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
}
