package dev.vgnet.cuda.driver;

import dev.vgnet.error.EngineException;
import dev.vgnet.runtime.Availability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks for a GPU and for all that is needed to use it. Nothing is called before it is known to be
 * there; whatever is missing is said, with what was wanted and where it was looked for.
 */
public final class Probe {
  private static final String BINDINGS = "org.bytedeco.cuda.global.";

  private final Map<Library, Path> libraries = new EnumMap<>(Library.class);
  private final List<String> findings = new ArrayList<>();
  private Optional<Gpu> gpu = Optional.empty();
  private Optional<String> problem = Optional.empty();

  private Probe() {}

  private static final class Holder {
    static final Probe RESULT = probe(Folders.all());
  }

  /** What this machine has; looked up once. */
  public static Availability availability() {
    return Holder.RESULT.result();
  }

  /** The device to compute on, if {@link #availability} says that there is one. */
  static Optional<Gpu> gpu() {
    return Holder.RESULT.gpu;
  }

  /** Whether cuDNN is there, of a version that has what is called. */
  static boolean hasCudnn() {
    return Holder.RESULT.libraries.containsKey(Library.CUDNN);
  }

  /** Looks in certain folders. */
  static Probe probe(List<Path> folders) {
    Probe probe = new Probe();
    probe.find(folders);
    if (probe.problem.isEmpty()) {
      try {
        probe.load();
      } catch (Natives.BrokenException e) {
        probe.fail(e.getMessage());
      } catch (EngineException | LinkageError e) {
        probe.fail("CUDA does not work here: " + e.getMessage());
      }
    }
    return probe;
  }

  Availability result() {
    String detail = problem.orElseGet(() -> gpu.orElseThrow().toString());
    return new Availability(problem.isEmpty(), detail, findings);
  }

  private void find(List<Path> folders) {
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")) {
      fail("CUDA is supported on Linux on x86-64 only");
      return;
    }
    for (Library library : Library.values()) {
      library.find(folders).ifPresent(path -> libraries.put(library, path));
      findings.add(
          "%s: %s"
              .formatted(
                  library.title(),
                  libraries.containsKey(library) ? libraries.get(library) : library.missing()));
    }
    findings.add("looked in: " + folders);
    List<Library> missing =
        Arrays.stream(Library.values())
            .filter(library -> library.needed() && !libraries.containsKey(library))
            .toList();
    if (!missing.isEmpty()) {
      fail(
          "not found: %s; %s"
              .formatted(
                  missing.stream().map(library -> library.title() + " " + library.file()).toList(),
                  remedy(missing)));
    }
  }

  private static String remedy(List<Library> missing) {
    return missing.contains(Library.DRIVER)
        ? "install NVIDIA's driver for CUDA %s or newer%s"
            .formatted(Version.WANTED, missing.size() > 1 ? ", and the CUDA 13 toolkit" : "")
        : "install the CUDA 13 toolkit, or name the folders of these files with -D"
            + Folders.PROPERTY;
  }

  private void load() throws Natives.BrokenException {
    Natives.load(libraries.get(Library.DRIVER));
    Version driver = Natives.driverVersion(libraries.get(Library.DRIVER));
    findings.add("driver's CUDA: %s (wanted: %s or newer)".formatted(driver, Version.WANTED));
    if (!driver.isAtLeast(Version.WANTED)) {
      fail(
          "the driver is too old: it supports CUDA %s, wanted is %s or newer; update the driver"
              .formatted(driver, Version.WANTED));
      return;
    }
    Natives.load(libraries.get(Library.RUNTIME));
    Natives.bind(BINDINGS + "cudart");
    Natives.loadCompiler(libraries.get(Library.NVRTC));
    Natives.bind(BINDINGS + "nvrtc");
    findings.addAll(Toolkit.versions());
    loadCudnn();
    Toolkit.Devices devices = Toolkit.devices();
    devices
        .gpus()
        .forEach(found -> findings.add("device %d: %s".formatted(found.ordinal(), found)));
    gpu = devices.gpus().stream().filter(Gpu::isSupported).findFirst();
    if (gpu.isEmpty()) {
      fail(
          devices.gpus().isEmpty()
              ? "no device: " + devices.error() + "; check nvidia-smi and CUDA_VISIBLE_DEVICES"
              : "no device has %s: %s".formatted(Gpu.wanted(), devices.gpus()));
    }
  }

  /** Nothing depends on it, so a broken one is left aside. */
  private void loadCudnn() {
    if (!libraries.containsKey(Library.CUDNN)) {
      return;
    }
    try {
      loadCublas();
      Path cudnn = libraries.get(Library.CUDNN);
      Natives.load(cudnn);
      for (String part : List.of("graph", "ops", "cnn", "adv")) {
        Natives.load(cudnn.resolveSibling("libcudnn_" + part + ".so.9"));
      }
      Natives.bind(BINDINGS + "cudnn");
      findings.add("cuDNN's version: " + Toolkit.cudnnVersion());
    } catch (Natives.BrokenException e) {
      libraries.remove(Library.CUDNN);
      findings.add("cuDNN cannot be used: " + e.getMessage());
    }
  }

  /** Nothing of it is called, but cuDNN's bindings load its own, wherever cuDNN lies. */
  private void loadCublas() throws Natives.BrokenException {
    for (Library library : List.of(Library.CUBLAS_LT, Library.CUBLAS)) {
      Path path = libraries.get(library);
      if (path == null) {
        throw new Natives.BrokenException(
            "its bindings need %s, which is not found".formatted(library.file()));
      }
      Natives.load(path);
    }
  }

  private void fail(String reason) {
    problem = Optional.of(reason);
  }
}
