package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sources compile for every GPU that is supported, where NVIDIA's compilers are installed. */
class KernelSourceTest {
  @TempDir private Path folder;

  /** Each architecture and each precision once; {@code nvcc} takes seconds for each. */
  @ParameterizedTest
  @CsvSource({"FP32, sm_75", "TF32, sm_80", "FP16, sm_90", "TF32, sm_120"})
  void compilesWithNvcc(Precision precision, String architecture) throws Exception {
    compile(precision, architecture);
  }

  /** The rest, with {@code -Dvgnet.cuda.kernels=all}. */
  @ParameterizedTest
  @CsvSource({
    "TF32, sm_75",
    "FP16, sm_75",
    "FP32, sm_80",
    "FP16, sm_80",
    "FP32, sm_90",
    "TF32, sm_90",
    "FP32, sm_120",
    "FP16, sm_120"
  })
  @EnabledIfSystemProperty(named = "vgnet.cuda.kernels", matches = "all")
  void compilesEveryCombination(Precision precision, String architecture) throws Exception {
    compile(precision, architecture);
  }

  private void compile(Precision precision, String architecture) throws Exception {
    Optional<Path> nvcc = Tools.find("nvcc");
    Assumptions.assumeTrue(nvcc.isPresent(), "nvcc is not installed");
    for (Map.Entry<String, String> file : KernelSource.files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    Path code = folder.resolve("kernels.cubin");
    List<Object> arguments = new ArrayList<>(KernelSource.options(precision, architecture));
    arguments.addAll(
        List.of("--cubin", "-Werror", "all-warnings", "-o", code, folder.resolve("kernels.cu")));
    Tools.run(nvcc.get(), arguments.toArray());
    assertTrue(Files.size(code) > 0);
  }

  /** In a JVM that has a driver, which the bindings need. */
  @ParameterizedTest
  @CsvSource({"FP32, sm_75", "TF32, sm_90", "FP16, sm_120"})
  @EnabledIf("dev.vgnet.cuda.driver.FakeGpu#isSupported")
  void compilesWithTheRunTimeCompiler(String precision, String architecture) throws Exception {
    Optional<Path> compiler = FakeGpu.compilerFolder();
    Assumptions.assumeTrue(compiler.isPresent(), "NVIDIA's run-time compiler is not installed");
    FakeGpu.withCompiler(folder, compiler.get())
        .run(FakeGpuCompilation.class, precision, architecture);
  }

  @Test
  void takesAllFilesOfItsFolder() throws IOException {
    Path resources = Path.of("src/main/resources/dev/vgnet/cuda/kernel");
    try (Stream<Path> files = Files.list(resources)) {
      assertEquals(
          new HashSet<>(files.map(file -> file.getFileName().toString()).toList()),
          KernelSource.files().keySet());
    }
    assertEquals(KernelSource.MAIN, KernelSource.files().keySet().iterator().next());
  }
}
