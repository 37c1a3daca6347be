package dev.vgnet.bench.measure;

import dev.vgnet.bench.engine.TorchScript;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs of JMH that speak up only if they fail. */
final class Jmh {
  private Jmh() {}

  /**
   * Runs one benchmark class.
   *
   * @param turns engines that share the iterations
   * @param threads that call the benchmark
   * @param onIteration called after each iteration, of warm-ups, too
   * @throws BenchmarkFailure with JMH's output if it fails
   */
  static Collection<RunResult> run(
      Class<?> benchmark,
      Map<String, String> parameters,
      Effort effort,
      int turns,
      int threads,
      List<String> jvmFlags,
      Runnable onIteration) {
    List<String> flags = new ArrayList<>(jvmFlags);
    flags.addAll(TemporaryFolder.jvmFlags());
    flags.addAll(TorchScript.jvmFlags());
    TimeValue time = TimeValue.milliseconds(effort.millis());
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(benchmark.getName()) + "\\.")
            .forks(effort.forks())
            .threads(threads)
            .warmupIterations(effort.warmUps() * turns)
            .warmupTime(time)
            .measurementIterations(effort.iterations() * turns)
            .measurementTime(time)
            // Given even where empty: JMH would hand on the flags of this JVM otherwise.
            .jvmArgs(flags.toArray(String[]::new))
            .shouldFailOnError(true);
    parameters.forEach(options::param);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8);
    try {
      return new Runner(
              options.build(),
              observed(
                  OutputFormatFactory.createFormatInstance(stream, VerboseMode.NORMAL),
                  onIteration))
          .run();
    } catch (RunnerException e) {
      TemporaryFolder.awaitEnd();
      throw new BenchmarkFailure(output.toString(StandardCharsets.UTF_8), e);
    }
  }

  private static OutputFormat observed(OutputFormat format, Runnable onIteration) {
    return (OutputFormat)
        Proxy.newProxyInstance(
            Jmh.class.getClassLoader(),
            new Class<?>[] {OutputFormat.class},
            (_, method, arguments) -> {
              if (method.getName().equals("iterationResult")) {
                onIteration.run();
              }
              return method.invoke(format, arguments);
            });
  }

  /** For each fork, the iterations of one engine of several that take turns. */
  static List<List<IterationResult>> iterations(RunResult result, int turn, int turns) {
    return result.getBenchmarkResults().stream()
        .map(BenchmarkResult::getIterationResults)
        .map(List::copyOf)
        .map(all -> every(all, turn, turns))
        .toList();
  }

  private static List<IterationResult> every(List<IterationResult> all, int turn, int turns) {
    return IntStream.range(0, all.size())
        .filter(i -> i % turns == turn)
        .mapToObj(all::get)
        .toList();
  }
}
