package dev.vgnet.cpu.vector;

import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Tensor;
import java.util.Map;

/** The CPU, with kernels against the JDK Vector API. */
public final class VectorBackend implements Backend {
  private static final String MODULE = "jdk.incubator.vector";

  /** For {@link java.util.ServiceLoader}. */
  public VectorBackend() {}

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public boolean usesThreads() {
    return true;
  }

  @Override
  public Availability probe() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return new Availability(
          false,
          "the module %s is not loaded; pass --add-modules %s to java".formatted(MODULE, MODULE));
    }
    if (!FusedMultiplyAdd.isFast()) {
      return new Availability(
          false,
          "the processor has no fused multiply-add, or Java does not use it (-XX:-UseFMA,"
              + " -XX:UseAVX=0); in software it takes a thousand times as long");
    }
    try {
      return new Availability(true, VectorProbe.describe());
    } catch (LinkageError | RuntimeException e) {
      return new Availability(false, "kernels cannot be generated in this JVM: " + cause(e));
    }
  }

  /** What went wrong in the first place, such as the wrong value of a system property. */
  private static Throwable cause(Throwable e) {
    return e.getCause() == null ? e : cause(e.getCause());
  }

  @Override
  public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
    Availability availability = probe();
    if (!availability.available()) {
      throw new DeviceUnavailableException(availability.detail());
    }
    return new VectorModel(graph, tensors, options);
  }
}
