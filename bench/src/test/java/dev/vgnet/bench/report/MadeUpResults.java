package dev.vgnet.bench.report;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.Effort;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Size;
import dev.vgnet.zoo.ArchitectureInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Results whose every figure is known. */
public final class MadeUpResults {
  private MadeUpResults() {}

  /** A file of them without any yet. */
  public static ResultFile<NetworkResult> file(Path folder) throws IOException {
    return file(folder, "");
  }

  /** The same, with what was measured on a GPU. */
  static ResultFile<NetworkResult> file(Path folder, String gpu) throws IOException {
    Conditions conditions =
        new Conditions(
            "a CPU", 2, 256, gpu, "an OS", "a JVM", List.of("-Dx=y"), Map.of("jmh", "1"));
    return new ResultFile<>(folder.resolve("results.json"), NetworkResult.class, conditions);
  }

  /** On two threads; the other engine takes twice as long. */
  public static NetworkResult result(String model, int batch, double millis, double drift) {
    Ratio ratio = new Ratio(2, 1.9, batch == 64 ? 2.3 : 2.05);
    return result(model, batch, millis, drift, Map.of("ort", ratio));
  }

  /** On two threads, with the engines that there are ratios of. */
  public static NetworkResult result(
      String model, int batch, double millis, double drift, Map<String, Ratio> ratios) {
    return result(model, new Size(batch, 2), millis, drift, ratios);
  }

  /** With the engines that there are ratios of, beside the first on the CPU or a GPU. */
  public static NetworkResult result(
      String model, Size size, double millis, double drift, Map<String, Ratio> ratios) {
    List<EngineKind> kinds =
        Stream.concat(
                Stream.of(size.threads() == 0 ? EngineKind.CUDA_FP32 : EngineKind.VGNET),
                ratios.keySet().stream().map(EngineKind::of).sorted())
            .toList();
    Map<String, Latency> engines = new LinkedHashMap<>();
    for (EngineKind kind : kinds) {
      double median = millis * (1 + kind.ordinal());
      double[] iterations = new double[9];
      Arrays.fill(iterations, median);
      engines.put(
          kind.id(), new Latency(median, 1.5 * median, 2 * median, 77, drift, List.of(iterations)));
    }
    ArchitectureInfo info = Workload.info(model);
    return new NetworkResult(
        model,
        size.batch(),
        size.threads(),
        info.imageSize(),
        info.parameters(),
        info.multiplyAccumulates(),
        "2026-01-02T03:04:05Z",
        "abc1234",
        new Effort(1, 2, 3, 4),
        new double[] {0.1, 0.7},
        engines,
        ratios,
        Map.of());
  }

  /** The same, measured at another time. */
  static NetworkResult at(String measured, NetworkResult result) {
    return new NetworkResult(
        result.model(),
        result.batch(),
        result.threads(),
        result.imageSize(),
        result.parameters(),
        result.multiplyAccumulates(),
        measured,
        result.commit(),
        result.effort(),
        result.load(),
        result.engines(),
        result.ratios(),
        result.earlier());
  }
}
