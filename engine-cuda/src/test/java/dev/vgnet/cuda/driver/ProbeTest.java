package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.runtime.Availability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Machines without what a GPU needs, and with things that only look like it. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ProbeTest {
  @TempDir private Path folder;

  @BeforeEach
  void nothingIsFound() {
    Availability nothing = Probe.probe(List.of(folder)).result();
    assertFalse(nothing.available());
    for (String file : List.of("libcuda.so.1", "libcudart.so.13", "libnvrtc.so.13")) {
      assertTrue(nothing.detail().contains(file), nothing.detail());
    }
    assertTrue(nothing.detail().contains("install NVIDIA's driver"), nothing.detail());
    assertTrue(nothing.findings().getLast().contains(folder.toString()), "where it was looked for");
  }

  @Test
  void namesWhatIsMissingBesideADriver() throws IOException {
    Files.writeString(folder.resolve("libcuda.so.1"), "");
    Files.writeString(folder.resolve("libcudart.so.13"), "");
    Availability some = Probe.probe(List.of(folder)).result();
    assertFalse(some.available());
    assertEquals(
        "not found: [run-time compiler libnvrtc.so.13]; install the CUDA 13 toolkit, or name the"
            + " folders of these files with -Ddev.vgnet.cuda.path",
        some.detail());
  }

  @Test
  void saysWhatOptionalLibrariesAreFor() {
    assertEquals("libcudart.so.13 not found", Library.RUNTIME.missing());
    assertTrue(Library.RUNTIME.needed());
    assertEquals(
        "libcudnn.so.9 not found; optional: own kernels do its work", Library.CUDNN.missing());
    assertFalse(Library.CUDNN.needed());
    assertFalse(Library.CUBLAS.needed());
  }

  @Test
  void survivesAFileThatIsNoLibrary() throws IOException {
    for (Library library : Library.values()) {
      Files.writeString(folder.resolve(library.file()), "no library");
    }
    Availability broken = Probe.probe(List.of(folder)).result();
    assertFalse(broken.available());
    assertTrue(broken.detail().contains("libcuda.so.1 cannot be loaded"), broken.detail());
  }

  @Test
  void survivesADriverThatIsNone() throws Exception {
    build(Library.DRIVER, "int nothing(void) { return 0; }");
    build(Library.RUNTIME, "");
    build(Library.NVRTC, "");
    Availability other = Probe.probe(List.of(folder)).result();
    assertFalse(other.available());
    assertTrue(other.detail().contains("does not tell its version"), other.detail());
  }

  @Test
  void refusesAnOldDriverBeforeItCallsAnythingElse() throws Exception {
    build(Library.DRIVER, "int cuDriverGetVersion(int *v) { *v = 12080; return 0; }");
    build(Library.RUNTIME, "");
    build(Library.NVRTC, "");
    Availability old = Probe.probe(List.of(folder)).result();
    assertFalse(old.available());
    assertEquals(
        "the driver is too old: it supports CUDA 12.8, wanted is 13.0 or newer; update the driver",
        old.detail());
  }

  @Test
  void findsTheLibrariesOfThisProcessByItsProperty() {
    System.setProperty(Folders.PROPERTY, folder.toString());
    try {
      assertEquals(folder, Folders.all().getFirst());
    } finally {
      System.clearProperty(Folders.PROPERTY);
    }
  }

  @Test
  void looksInTheNewestToolkitFirst() throws IOException {
    List<String> newestFirst = List.of("cuda-13.10", "cuda-13.9", "cuda-13");
    for (String name : newestFirst) {
      Files.createDirectory(folder.resolve(name));
    }
    assertEquals(
        newestFirst.stream().map(folder::resolve).toList(),
        Folders.installed(folder, "cuda-13*").toList());
  }

  @Test
  void probesThisMachineWithoutFailing() {
    Availability here = Probe.availability();
    assertEquals(here.available(), Probe.gpu().isPresent());
    assertFalse(here.detail().isBlank());
  }

  @Test
  void formatsWhatItFinds() {
    Gpu gpu = new Gpu(0, "NVIDIA H200", 9, 0, 150_110_011_392L);
    assertEquals("NVIDIA H200, compute capability 9.0, 139.8 GiB", gpu.toString());
    assertEquals("sm_90", gpu.architecture());
    assertTrue(gpu.isSupported());
    assertTrue(new Gpu(0, "T4", 7, 5, 0).isSupported());
    assertFalse(new Gpu(0, "V100", 7, 0, 0).isSupported());
    assertEquals(new Version(13, 1), Version.of(13010));
    assertTrue(new Version(13, 1).isAtLeast(new Version(13, 0)));
    assertFalse(new Version(12, 9).isAtLeast(new Version(13, 0)));
  }

  private void build(Library library, String source) throws Exception {
    Optional<Path> gcc = Tools.find("gcc");
    Assumptions.assumeTrue(gcc.isPresent(), "gcc is not installed");
    Path file = Files.writeString(folder.resolve("fake.c"), source);
    Tools.run(
        gcc.get(),
        "-shared",
        "-fPIC",
        "-z",
        "noexecstack",
        "-o",
        folder.resolve(library.file()),
        file);
  }
}
