package dev.vgnet.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a new JVM takes to its first result, and to steady state, with and without a warm-up.
 * JMH starts too late for that: time counts from before the process is made.
 */
public final class StartUp {
  private static final String[] MOMENTS = {
    "main", "loaded", "open", "firstResult", "warmedUp", "steady", "steadyRun"
  };

  private static final int[] THREADS = {1, 2};
  private static final int SECONDS = 10;

  private StartUp() {}

  /**
   * Writes the JSON file: all times in milliseconds since the process was started, but {@code
   * steadyRun}, the median of a run in the end.
   *
   * @param args the architecture, forks of each setting, the JSON file, options of the forked JVMs
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path model = Files.createTempFile("vgnet", ".safetensors");
    try {
      StateDict weights = Zoo.randomStateDict(args[0], 1);
      ModelFiles.write(
          model, Zoo.importStateDict(weights, "random", "", ImportOptions.of(args[0])).file());
      List<String> options = List.of(args).subList(3, args.length);
      List<Map<String, Object>> settings = new ArrayList<>();
      for (int threads : THREADS) {
        for (boolean warmUp : new boolean[] {false, true}) {
          settings.add(measure(model, threads, warmUp, Integer.parseInt(args[1]), options));
        }
      }
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("architecture", args[0]);
      report.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
      report.put("options", options);
      report.put("processors", Runtime.getRuntime().availableProcessors());
      report.put("settings", settings);
      Files.writeString(
          Path.of(args[2]), JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report));
    } finally {
      Files.delete(model);
    }
  }

  private static Map<String, Object> measure(
      Path model, int threads, boolean warmUp, int forks, List<String> options)
      throws IOException, InterruptedException {
    double[][] times = new double[MOMENTS.length][forks];
    for (int fork = 0; fork < forks; fork++) {
      double[] moments = fork(model, threads, warmUp, options);
      for (int i = 0; i < moments.length; i++) {
        times[i][fork] = moments[i];
      }
    }
    Map<String, Object> setting = new LinkedHashMap<>();
    setting.put("threads", threads);
    setting.put("warmUp", warmUp);
    for (int i = 0; i < MOMENTS.length; i++) {
      setting.put(MOMENTS[i], times[i]);
      double[] sorted = times[i].clone();
      Arrays.sort(sorted);
      System.out.printf(
          "%d threads%s, %s: %.1f ms (%.1f to %.1f)%n",
          threads,
          warmUp ? ", warm-up" : "",
          MOMENTS[i],
          sorted[forks / 2],
          sorted[0],
          sorted[forks - 1]);
    }
    return setting;
  }

  private static double[] fork(Path model, int threads, boolean warmUp, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add(FirstRuns.class.getName());
    command.add(Long.toString(System.currentTimeMillis()));
    command.addAll(List.of(model.toString(), "" + threads, "" + SECONDS, "" + warmUp));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed with " + process.exitValue() + ": " + output);
    }
    String[] moments = output.lines().reduce("", (_, last) -> last).split(" ");
    return Arrays.stream(moments).mapToDouble(Double::parseDouble).toArray();
  }
}
