package dev.vgnet.bench.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Results as JSON: the conditions, the peak at each number of threads in GFLOP/s, and a list of
 * records. Written anew after each result, so that an interrupted run can go on. For one thread.
 *
 * @param <R> the record
 */
public final class ResultFile<R extends Record> {
  private static final JSON PRETTY = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private final Path path;
  private Conditions conditions;
  private final Map<Integer, Double> peaks = new TreeMap<>();
  private final List<R> results = new ArrayList<>();

  /**
   * Reads a file as it is, to report on it.
   *
   * @throws CommandFailure if it holds something else
   * @throws IOException if it cannot be read
   */
  public static <R extends Record> ResultFile<R> read(Path path, Class<R> type) throws IOException {
    Map<String, Object> file = content(path);
    return new ResultFile<>(path, type, bean(path, Conditions.class, file.get("conditions")));
  }

  /**
   * Reads the file if there is one.
   *
   * @throws CommandFailure if it holds something else, or was measured under other conditions
   * @throws IOException if it cannot be read
   */
  public ResultFile(Path path, Class<R> type, Conditions conditions) throws IOException {
    this.path = path;
    this.conditions = conditions;
    if (Files.exists(path)) {
      Map<String, Object> file = content(path);
      Conditions then = bean(path, Conditions.class, file.get("conditions"));
      this.conditions =
          then.with(conditions)
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          "%s was measured under other conditions: %s"
                              .formatted(path, then.differences(conditions))));
      ((Map<?, ?>) file.get("peakGflops"))
          .forEach(
              (threads, peak) ->
                  peaks.put(Integer.valueOf((String) threads), ((Number) peak).doubleValue()));
      for (Object result : (List<?>) file.get("results")) {
        results.add(bean(path, type, result));
      }
    }
  }

  Path path() {
    return path;
  }

  /** Under which it was measured, and may be gone on with. */
  public Conditions conditions() {
    return conditions;
  }

  /** By the number of threads, in GFLOP/s. */
  public Map<Integer, Double> peaks() {
    return Collections.unmodifiableMap(peaks);
  }

  public List<R> results() {
    return List.copyOf(results);
  }

  /** The peak of some threads together, in GFLOP/s, or 0 if it has not been measured. */
  public double peak(int threads) {
    return peaks.getOrDefault(threads, 0.0);
  }

  /** Takes note of a peak: the highest counts. */
  public void addPeak(int threads, double gflops) throws IOException {
    peaks.merge(threads, gflops, Math::max);
    write();
  }

  /** Adds a result in place of those it replaces. */
  public void replace(List<R> old, R result) throws IOException {
    results.removeAll(old);
    results.add(result);
    write();
  }

  private void write() throws IOException {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("conditions", conditions);
    file.put("peakGflops", peaks);
    file.put("results", results);
    OutputFiles.write(path, PRETTY.asString(file) + "\n");
  }

  private static Map<String, Object> content(Path path) throws IOException {
    Map<String, Object> file = OutputFiles.readJson(path);
    if (file.get("conditions") instanceof Map
        && file.get("peakGflops") instanceof Map<?, ?> peaks
        && peaks.keySet().stream().allMatch(threads -> ((String) threads).matches("\\d{1,9}"))
        && peaks.values().stream().allMatch(Number.class::isInstance)
        && file.get("results") instanceof List<?> results
        && results.stream().allMatch(Map.class::isInstance)) {
      return file;
    }
    throw noResults(path, null);
  }

  /** A record whose constructor finds all that it needs. */
  private static <T> T bean(Path path, Class<T> type, Object value) throws IOException {
    try {
      return JSON.std.beanFrom(type, JSON.std.asString(value));
    } catch (JsonProcessingException e) {
      throw noResults(path, e);
    }
  }

  private static CommandFailure noResults(Path path, Exception cause) {
    return new CommandFailure(path + " holds no results of vgnet bench", cause);
  }
}
