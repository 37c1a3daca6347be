package dev.vgnet.cuda;

import dev.vgnet.cuda.driver.Drivers;
import dev.vgnet.cuda.driver.Probe;
import dev.vgnet.cuda.program.CudaModel;
import dev.vgnet.cuda.program.KernelChoice;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Tensor;
import java.util.Map;

/** An NVIDIA GPU, with kernels of the engine's own, and cuDNN's where those are faster. */
public final class CudaBackend implements Backend {
  /** For {@link java.util.ServiceLoader}. */
  public CudaBackend() {}

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public Device device() {
    return Device.CUDA;
  }

  @Override
  public int priority() {
    return 200;
  }

  @Override
  public Availability probe() {
    return Probe.availability();
  }

  @Override
  public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
    Availability availability = probe();
    if (!availability.available()) {
      throw new DeviceUnavailableException(availability.detail());
    }
    KernelChoice choice = KernelChoice.ofUser();
    return new CudaModel(
        graph, tensors, Drivers.open(options.precision()), options.precision(), choice);
  }
}
