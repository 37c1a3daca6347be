package dev.vgnet.cuda;

import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.cuda.program.CudaModel;
import dev.vgnet.cuda.program.KernelChoice;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The CUDA backend on a device that a test brings; not available without one. */
public final class EmulatedBackend implements Backend {
  static final String NAME = "cuda-emulated";

  private static volatile Optional<Function<Precision, EmulatedDriver>> device = Optional.empty();

  /** For {@link java.util.ServiceLoader}. */
  public EmulatedBackend() {}

  /** What opens the device for each session from now on; nothing if there is none. */
  public static void setDevice(Optional<Function<Precision, EmulatedDriver>> opening) {
    device = opening;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Device device() {
    return Device.CUDA;
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Availability probe() {
    return new Availability(device.isPresent(), "only in tests that bring a device");
  }

  @Override
  public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
    return new CudaModel(
        graph,
        tensors,
        device.orElseThrow().apply(options.precision()),
        options.precision(),
        KernelChoice.FASTEST);
  }
}
