package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.runtime.Precision;
import java.nio.charset.StandardCharsets;

/** NVIDIA's run-time compiler on a machine that may have no GPU. A program. */
public final class FakeGpuCompilation {
  private FakeGpuCompilation() {}

  /**
   * @param arguments the precision and the architecture
   */
  public static void main(String[] arguments) {
    assertTrue(Probe.availability().available(), Probe.availability().toString());
    assertTrue(KernelCompiler.version().startsWith("13."), KernelCompiler.version());
    byte[] code =
        KernelCompiler.compile(
            KernelSource.files(),
            KernelSource.options(Precision.valueOf(arguments[0]), arguments[1]));
    assertEquals("\u007fELF", new String(code, 0, 4, StandardCharsets.US_ASCII));
  }
}
