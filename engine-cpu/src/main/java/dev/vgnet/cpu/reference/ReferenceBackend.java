package dev.vgnet.cpu.reference;

import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Tensor;
import java.util.Map;

/**
 * The control: plain loops in double precision on the caller's thread. It runs wherever Java runs,
 * and is what a session falls back to where the Vector API is absent.
 */
public final class ReferenceBackend implements Backend {
  /** For {@link java.util.ServiceLoader}. */
  public ReferenceBackend() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Availability probe() {
    return new Availability(true, "scalar loops in double precision, one thread");
  }

  @Override
  public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
    return new ReferenceModel(graph, tensors);
  }
}
