package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.Versions;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.util.Version;

/**
 * Under what conditions a file of results was measured: nothing that tells one machine of a kind
 * from another.
 *
 * @param vectorBits the width of the vectors that the engine computes with
 * @param gpu the GPU and the versions of its libraries; empty where none was measured
 * @param jvmFlags of the JVMs that are measured, beside those that load modules
 * @param versions of what is measured and of what measures
 */
public record Conditions(
    String cpu,
    int processors,
    int vectorBits,
    String gpu,
    String system,
    String jvm,
    List<String> jvmFlags,
    Map<String, String> versions) {
  /** Refuses what a file holds only in part. Those of the CPU alone may have no {@code gpu}. */
  public Conditions {
    gpu = gpu == null ? "" : gpu;
    Stream.of(cpu, system, jvm, jvmFlags, versions).forEach(Objects::requireNonNull);
  }

  /**
   * Those of this process and of the JVMs it will start.
   *
   * @throws dev.vgnet.error.DeviceUnavailableException if the engine has no vectors here
   */
  public static Conditions here() throws IOException {
    // Says why, where the engine cannot compute with vectors here.
    Backends.choose(Device.CPU, Optional.of("vector"));
    String version = Conditions.class.getPackage().getImplementationVersion();
    return new Conditions(
        cpuName(),
        Runtime.getRuntime().availableProcessors(),
        Vectors.SPECIES.vectorBitSize(),
        "",
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version").replaceFirst("-.*", ""),
                System.getProperty("os.arch")),
        "%s %s".formatted(System.getProperty("java.vm.name"), Runtime.version()),
        jvmFlags(ManagementFactory.getRuntimeMXBean().getInputArguments()),
        new TreeMap<>(
            Map.of(
                "vgnet", version == null ? "development build" : version,
                "onnxruntime", Versions.onnxRuntime(),
                "jmh", Version.getPlainVersion())));
  }

  /**
   * Of the flags of this JVM those that are handed on to the ones that are measured: its own, and
   * all settings of the engine. Settings of what measures are no condition.
   */
  static List<String> jvmFlags(List<String> own) {
    return own.stream()
        .filter(flag -> flag.startsWith("-X") || flag.startsWith("-Ddev.vgnet."))
        .filter(flag -> !flag.startsWith("-Ddev.vgnet.bench."))
        .toList();
  }

  /** These, with further versions. */
  public Conditions withVersions(Map<String, String> further) {
    Map<String, String> all = new TreeMap<>(versions);
    all.putAll(further);
    return new Conditions(cpu, processors, vectorBits, gpu, system, jvm, jvmFlags, all);
  }

  /**
   * These, with the GPU that CUDA engines compute on.
   *
   * @throws dev.vgnet.error.DeviceUnavailableException if there is none
   */
  public Conditions withGpu() {
    return withGpu(gpu(Backends.choose(Device.CUDA, Optional.empty()).probe()));
  }

  /** What a probe says of the device and of versions, but not of where it found libraries. */
  static String gpu(Availability probe) {
    return Stream.concat(
            Stream.of(probe.detail()),
            probe.findings().stream()
                .filter(line -> line.matches("(driver's CUDA|.*'s version): .*")))
        .collect(Collectors.joining("; "));
  }

  private Conditions withGpu(String gpu) {
    return new Conditions(cpu, processors, vectorBits, gpu, system, jvm, jvmFlags, versions);
  }

  /**
   * These, with the GPU and the versions that only the others know; empty if the two contradict
   * each other.
   */
  Optional<Conditions> with(Conditions others) {
    Conditions both = completedBy(others);
    return both.equals(others.completedBy(this)) ? Optional.of(both) : Optional.empty();
  }

  private Conditions completedBy(Conditions others) {
    return withGpu(gpu.isEmpty() ? others.gpu : gpu).withVersions(others.versions);
  }

  /** What the others contradict these in, in words. */
  public String differences(Conditions others) {
    Map<String, Object> here = others.facts();
    return facts().entrySet().stream()
        .filter(then -> here.containsKey(then.getKey()))
        .filter(then -> !here.get(then.getKey()).equals(then.getValue()))
        .map(
            then ->
                "%s was %s, is %s"
                    .formatted(then.getKey(), then.getValue(), here.get(then.getKey())))
        .collect(Collectors.joining("; "));
  }

  private Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("the CPU", cpu);
    facts.put("the number of processors", processors);
    facts.put("the width of vectors", vectorBits);
    if (!gpu.isEmpty()) {
      facts.put("the GPU", gpu);
    }
    facts.put("the system", system);
    facts.put("the JVM", jvm);
    facts.put("the list of JVM flags", jvmFlags);
    facts.putAll(versions);
    return facts;
  }

  /** The load average over the last minute, or a negative number where there is none. */
  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String cpuName() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.exists(info)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(info)) {
      Map<String, String> facts = new TreeMap<>();
      lines
          .map(line -> line.split("\\s*:\\s*", 2))
          .filter(fact -> fact.length == 2)
          .forEach(fact -> facts.putIfAbsent(fact[0], fact[1]));
      return "%s, family %s, model %s"
          .formatted(
              facts.getOrDefault("model name", System.getProperty("os.arch")),
              facts.getOrDefault("cpu family", "?"),
              facts.getOrDefault("model", "?"));
    }
  }
}
