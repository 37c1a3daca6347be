package dev.vgnet.bench.report;

import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Medians from a GPU machine: what the check of devices writes for this engine, and {@code peer.py}
 * for PyTorch.
 */
public final class GpuResults {
  /**
   * A median.
   *
   * @param engine with its precision, and whether copies are left out
   * @param device the GPU, as the file has it
   * @param batch images a run
   */
  private record Median(String engine, String device, String model, int batch, double millis) {
    /** The GPU as PyTorch has it, which says its name and nothing else. */
    String gpu() {
      return device.replaceFirst(", compute capability .*", "");
    }
  }

  private static final String OURS = "CUDA";
  private static final String PEER = "PyTorch";

  private static final String MEDIAN = "medianMillis";
  private static final String ON_DEVICE = "onDeviceMillis";

  private final List<Median> medians = new ArrayList<>();

  /**
   * Those of files that may be of either kind.
   *
   * @throws CommandFailure if one holds something else
   * @throws IOException if one cannot be read
   */
  public static GpuResults read(List<Path> files) throws IOException {
    GpuResults results = new GpuResults();
    for (Path file : files) {
      Map<String, Object> content = OutputFiles.readJson(file);
      String device = String.valueOf(content.get("device"));
      if (content.get("latency") instanceof List<?> latencies && areRuns(latencies)) {
        latencies.forEach(one -> results.add(OURS, device, (Map<?, ?>) one, "network"));
      } else if (content.get("torch") != null
          && content.get("results") instanceof List<?> runs
          && areRuns(runs)) {
        runs.forEach(one -> results.add(PEER, device, (Map<?, ?>) one, "model"));
      } else {
        throw new CommandFailure(
            file + " holds neither this engine's latencies on a GPU nor PyTorch's");
      }
    }
    return results;
  }

  /** Whether each says of how many images its times are, if it has any. */
  private static boolean areRuns(List<?> list) {
    return list.stream()
        .allMatch(
            one ->
                one instanceof Map<?, ?> run
                    && (run.get("batch") instanceof Number
                        || !run.containsKey(MEDIAN) && !run.containsKey(ON_DEVICE)));
  }

  private void add(String engine, String device, Map<?, ?> one, String model) {
    add(engine, device, one, model, MEDIAN, "");
    add(engine, device, one, model, ON_DEVICE, " without copies");
  }

  private void add(
      String engine, String device, Map<?, ?> one, String model, String field, String how) {
    if (one.get(field) instanceof Number millis) {
      String name = String.valueOf(one.get(model)).replaceAll(".*/|\\.safetensors$", "");
      String precision = String.valueOf(one.get("precision")).toUpperCase(Locale.ROOT);
      medians.add(
          new Median(
              engine + " " + precision + how,
              device,
              name,
              ((Number) one.get("batch")).intValue(),
              millis.doubleValue()));
    }
  }

  /** The columns that there are, sorted: one for each engine, on each GPU if there are several. */
  List<String> columns() {
    return medians.stream().map(this::column).distinct().sorted().toList();
  }

  private String column(Median median) {
    boolean several = medians.stream().map(Median::gpu).distinct().count() > 1;
    return median.engine() + (several ? " on " + median.gpu() : "");
  }

  /** The fastest way to run that was measured. */
  Optional<Double> millis(String column, String model, int batch) {
    return medians.stream()
        .filter(m -> column(m).equals(column) && m.model().equals(model) && m.batch() == batch)
        .map(Median::millis)
        .min(Comparator.naturalOrder());
  }

  /** The GPUs. */
  List<String> devices() {
    return medians.stream().map(Median::device).distinct().toList();
  }
}
