package dev.vgnet.bench;

import static dev.vgnet.bench.report.Tables.number;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.bench.measure.ChildJvm;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.FirstRuns;
import dev.vgnet.bench.measure.Latency;
import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.bench.measure.Size;
import dev.vgnet.bench.measure.TemporaryFolder;
import dev.vgnet.cli.CommandFailure;
import dev.vgnet.cli.Progress;
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
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "startup",
    description =
        "Measures how long a new JVM takes to its first result and to steady state, with and"
            + " without a warm-up, from before the process is made; writes startup.json (after"
            + " each JVM, so that it may be stopped at any time).",
    mixinStandardHelpOptions = true)
final class StartUpCommand implements Callable<Integer> {
  private static final JSON PRETTY = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

  private static final String[] MOMENTS = {
    "main", "loaded", "open", "firstResult", "warmedUp", "steady", "steadyRun"
  };

  private static final int SECONDS = 10;

  /** What a JVM is started for, and what each one took: the {@link #MOMENTS} in milliseconds. */
  private record Start(int threads, boolean warmUp, List<double[]> forks) {
    /** All in milliseconds since the process was started, but a run in the end. */
    Map<String, Object> report() {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("threads", threads);
      report.put("warmUp", warmUp);
      for (int moment = 0; moment < MOMENTS.length; moment++) {
        report.put(MOMENTS[moment], times(moment));
      }
      return report;
    }

    double[] times(int moment) {
      return forks.stream().mapToDouble(fork -> fork[moment]).toArray();
    }

    @Override
    public String toString() {
      return Size.threads(threads) + (warmUp ? ", warm-up" : "");
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "As vgnet list names it.")
  private String model;

  @Option(
      names = "--forks",
      paramLabel = "N",
      defaultValue = "5",
      description = "JVMs with warmUp, and as many without it (default: ${DEFAULT-VALUE}).")
  private int forks;

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Of the session (default: 1 and all processors).")
  private List<Integer> threads = List.of();

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
    List<Start> starts = starts();
    MeasureOptions.requirePositive("--forks", List.of(forks));
    requireKnown(model);
    OutputFiles.makeFolder(output);
    Path path = output.resolve("startup.json");
    if (Files.exists(path)) {
      throw new CommandFailure(path + " is there already; --output names another folder");
    }
    Conditions conditions = Conditions.here();
    List<String> flags =
        Stream.concat(conditions.jvmFlags().stream(), javaOptions.stream()).toList();
    Path weights = Files.createTempFile(TemporaryFolder.path(), "model", ".safetensors");
    try {
      Workload.random(model, 1).write(weights);
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("model", model);
      report.put("conditions", conditions);
      report.put("javaOptions", javaOptions);
      try (ProgressBar bar = Progress.start("starting JVMs", (long) forks * starts.size())) {
        for (int fork = 0; fork < forks; fork++) {
          // In turns: a machine that others use may be slow for minutes.
          for (Start start : starts) {
            bar.setExtraMessage(" " + start);
            start.forks.add(fork(flags, weights, start));
            bar.step();
            report.put("settings", starts.stream().map(Start::report).toList());
            OutputFiles.write(path, PRETTY.asString(report) + "\n");
          }
        }
      }
    } finally {
      Files.delete(weights);
    }
    starts.forEach(this::print);
    return 0;
  }

  private List<Start> starts() {
    return MeasureOptions.threads(threads).stream()
        .flatMap(
            count ->
                Stream.of(false, true).map(warmUp -> new Start(count, warmUp, new ArrayList<>())))
        .toList();
  }

  private static void requireKnown(String model) {
    try {
      Workload.info(model);
    } catch (UnsupportedModelException e) {
      throw new UsageFailure(e.getMessage());
    }
  }

  private void print(Start start) {
    PrintWriter out = spec.commandLine().getOut();
    for (int moment = 0; moment < MOMENTS.length; moment++) {
      double[] sorted = start.times(moment);
      Arrays.sort(sorted);
      out.print(
          number(
              "%s, %s: %.1f ms (%.1f to %.1f)\n",
              start, MOMENTS[moment], Latency.median(sorted), sorted[0], sorted[forks - 1]));
    }
    out.flush();
  }

  private static double[] fork(List<String> flags, Path weights, Start start) {
    List<String> said = new ArrayList<>();
    ChildJvm.run(
        FirstRuns.class,
        flags,
        List.of(System.currentTimeMillis(), weights, start.threads, SECONDS, start.warmUp),
        said::add);
    String[] moments = said.getLast().split(" ");
    return Arrays.stream(moments).mapToDouble(Double::parseDouble).toArray();
  }
}
