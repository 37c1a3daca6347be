package dev.vgnet.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.bench.measure.ChildJvm;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.FirstRuns;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.bench.measure.Size;
import dev.vgnet.bench.measure.TemporaryFolder;
import dev.vgnet.cli.UsageFailure;
import dev.vgnet.error.UnsupportedModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "startup",
    description =
        "Measures how long a new JVM takes to its first result and to steady state, with and"
            + " without a warm-up, from before the process is made; writes startup.json.",
    mixinStandardHelpOptions = true)
final class StartUpCommand implements Callable<Integer> {
  private static final String[] MOMENTS = {
    "main", "loaded", "open", "firstResult", "warmedUp", "steady", "steadyRun"
  };

  private static final int SECONDS = 10;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "As vgnet list names it.")
  private String model;

  @Option(
      names = "--forks",
      paramLabel = "N",
      defaultValue = "5",
      description = "JVMs a setting (default: ${DEFAULT-VALUE}).")
  private int forks;

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,2",
      description = "Of the session (default: ${DEFAULT-VALUE}).")
  private List<Integer> threads;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "vgnet-bench",
      description = "Folder to write to (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Option(
      names = "--java-option",
      paramLabel = "OPTION",
      description = "One more option of the JVMs; may be given several times.")
  private List<String> javaOptions = List.of();

  @Override
  public Integer call() throws IOException {
    MeasureOptions.requireThreads(threads);
    MeasureOptions.requirePositive("--forks", List.of(forks));
    requireKnown(model);
    OutputFiles.makeFolder(output);
    Conditions conditions = Conditions.here();
    List<String> flags =
        Stream.concat(conditions.jvmFlags().stream(), javaOptions.stream()).toList();
    Path weights = Files.createTempFile(TemporaryFolder.path(), "model", ".safetensors");
    try {
      Workload.random(model, 1).write(weights);
      List<Map<String, Object>> settings = new ArrayList<>();
      for (int count : threads) {
        for (boolean warmUp : new boolean[] {false, true}) {
          settings.add(measure(flags, weights, count, warmUp));
        }
      }
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("model", model);
      report.put("conditions", conditions);
      report.put("javaOptions", javaOptions);
      report.put("settings", settings);
      OutputFiles.write(
          output.resolve("startup.json"),
          JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report) + "\n");
    } finally {
      Files.delete(weights);
    }
    return 0;
  }

  private static void requireKnown(String model) {
    try {
      Workload.info(model);
    } catch (UnsupportedModelException e) {
      throw new UsageFailure(e.getMessage());
    }
  }

  /** All in milliseconds since the process was started, but a run in the end. */
  private Map<String, Object> measure(List<String> flags, Path weights, int count, boolean warmUp) {
    double[][] times = new double[MOMENTS.length][forks];
    for (int fork = 0; fork < forks; fork++) {
      double[] moments = fork(flags, weights, count, warmUp);
      for (int i = 0; i < moments.length; i++) {
        times[i][fork] = moments[i];
      }
    }
    Map<String, Object> setting = new LinkedHashMap<>();
    setting.put("threads", count);
    setting.put("warmUp", warmUp);
    PrintWriter out = spec.commandLine().getOut();
    for (int i = 0; i < MOMENTS.length; i++) {
      setting.put(MOMENTS[i], times[i]);
      double[] sorted = times[i].clone();
      Arrays.sort(sorted);
      out.printf(
          "%s%s, %s: %.1f ms (%.1f to %.1f)%n",
          Size.threads(count),
          warmUp ? ", warm-up" : "",
          MOMENTS[i],
          Latency.median(sorted),
          sorted[0],
          sorted[forks - 1]);
    }
    out.flush();
    return setting;
  }

  private double[] fork(List<String> flags, Path weights, int count, boolean warmUp) {
    List<String> said = new ArrayList<>();
    ChildJvm.run(
        FirstRuns.class,
        flags,
        List.of(System.currentTimeMillis(), weights, count, SECONDS, warmUp),
        said::add);
    String[] moments = said.getLast().split(" ");
    return Arrays.stream(moments).mapToDouble(Double::parseDouble).toArray();
  }
}
