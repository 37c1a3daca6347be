package dev.vgnet.cuda;

import dev.vgnet.cuda.driver.FakeGpu;
import dev.vgnet.cuda.driver.FakeGpuCaptures;
import dev.vgnet.cuda.driver.FakeGpuGuard;
import dev.vgnet.cuda.driver.FakeGpuMisuse;
import dev.vgnet.cuda.program.FakeGpuNetworks;
import dev.vgnet.runtime.Precision;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real bindings, and all that is built on them, with libraries that stand for NVIDIA's: each
 * test in a JVM of its own, which a wrong pointer may kill.
 */
@EnabledIf(
    value = "dev.vgnet.cuda.driver.FakeGpu#isSupported",
    disabledReason = "needs g++ on Linux on x86-64")
class FakeGpuTest {
  @TempDir private static Path folder;
  private static FakeGpu gpu;

  @BeforeAll
  static void build() throws Exception {
    gpu = FakeGpu.in(folder);
  }

  @ParameterizedTest
  @EnumSource(names = {"FP32", "FP16"})
  void sessionsAgreeWithTheReference(Precision precision) throws Exception {
    gpu.run(FakeGpuSessions.class, "agree", precision.name());
  }

  @Test
  void sessionsAgreeWithTheRealRunTimeCompiler(@TempDir Path other) throws Exception {
    Optional<Path> compiler = FakeGpu.compilerFolder();
    Assumptions.assumeTrue(compiler.isPresent(), "NVIDIA's run-time compiler is not installed");
    FakeGpu.withCompiler(other, compiler.get())
        .withKernels(Precision.FP16)
        .run(FakeGpuSessions.class, "agree", Precision.FP16.name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"share", "lack-memory"})
  void sessionsOfOneDeviceLeaveEachOtherAlone(String scenario) throws Exception {
    gpu.run(FakeGpuSessions.class, scenario, "FP32");
  }

  @Test
  void leavesTheMemoryOfTheProcessToTheApplication() throws Exception {
    gpu.run(FakeGpuGuard.class);
    gpu.run(FakeGpuGuard.class, "12345678901");
  }

  @Test
  void runsAllocateNothing() throws Exception {
    gpu.run(FakeGpuSessions.class, "allocate-nothing", "FP32");
  }

  /** cuDNN lies in a folder of its own, as in Python's packages. */
  @ParameterizedTest
  @EnumSource
  void sessionsAgreeThroughCudnn(Precision precision, @TempDir Path other) throws Exception {
    gpu.withCudnn(other).run(FakeGpuSessions.class, "agree-through-cudnn", precision.name());
  }

  @Test
  void cudnnMayFailAndEndAtAnyTime(@TempDir Path other) throws Exception {
    FakeGpu withCudnn = gpu.withCudnn(other);
    withCudnn.run(FakeGpuCaptures.class);
    withCudnn.run(FakeGpuSessions.class, "lose-cudnn", "FP16");
  }

  @Test
  void randomNetworksAgreeWithTheReference() throws Exception {
    gpu.run(FakeGpuNetworks.class, "FP32");
  }

  @Test
  void misuseIsSeen() throws Exception {
    gpu.run(FakeGpuMisuse.class);
  }
}
