package dev.vgnet.bench;

import dev.vgnet.SessionOptions;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.cli.CommandFailure;
import dev.vgnet.cli.UsageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** The options of all commands that measure. */
final class MeasureOptions {
  private static final int MAX_LIKE = 5;

  @Option(
      names = "--models",
      paramLabel = "REGEX",
      split = ",",
      description = "Only networks whose whole name matches one of these.")
  private List<Pattern> models = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Threads of each engine (default: 1 and all processors).")
  private List<Integer> threads = List.of();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "vgnet-bench",
      description = "Folder to write to (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Option(names = "--quick", description = "Fewer JVMs or iterations: a first look.")
  private boolean quick;

  @Option(
      names = "--resume",
      description =
          "Go on with what the folder holds already: networks are measured anew only in more JVMs"
              + " than before. The rest is kept, whatever state of the engine it was measured with;"
              + " the files say which.")
  private boolean resume;

  @Option(names = "--again", description = "Like --resume, but what is asked for is measured anew.")
  private boolean again;

  boolean isQuick() {
    return quick;
  }

  boolean isAgain() {
    return again;
  }

  /**
   * Those of some networks that are asked for; a pattern that none of them matches is a mistake.
   *
   * @param remedy what to do about that
   */
  List<String> wanted(Collection<String> names, String remedy) {
    return wanted(names, names, remedy);
  }

  /** The same, but others where none is asked for. */
  List<String> wanted(Collection<String> names, Collection<String> unlessAsked, String remedy) {
    for (Pattern model : models) {
      if (names.stream().noneMatch(name -> matches(model, name))) {
        throw new UsageFailure(
            "--models: no network is called %s%s; %s".formatted(model, like(model, names), remedy));
      }
    }
    return models.isEmpty()
        ? List.copyOf(unlessAsked)
        : names.stream()
            .filter(name -> models.stream().anyMatch(model -> matches(model, name)))
            .toList();
  }

  /** Some names that a pattern is a part of, for who forgot the rest. */
  private static String like(Pattern model, Collection<String> names) {
    List<String> like =
        names.stream().filter(name -> model.matcher(name).find()).limit(MAX_LIKE).toList();
    return like.isEmpty() ? "" : " (but %s)".formatted(String.join(", ", like));
  }

  /** A name means itself, even with a plus sign in it. */
  private static boolean matches(Pattern model, String name) {
    return model.pattern().equals(name) || model.matcher(name).matches();
  }

  List<Integer> threads() {
    return threads(threads);
  }

  /** Numbers of threads once each: those asked for, or else 1 and all processors. */
  static List<Integer> threads(List<Integer> asked) {
    requireThreads(asked);
    int all = Runtime.getRuntime().availableProcessors();
    IntStream wanted =
        asked.isEmpty() ? IntStream.of(1, all) : asked.stream().mapToInt(count -> count);
    return wanted.distinct().boxed().toList();
  }

  /** Sizes of batches once each, if an array holds as many images of each network. */
  static List<Integer> batches(List<Integer> batches, List<String> models) {
    requirePositive("--batch", batches);
    for (String model : models) {
      long pixels = 3L * Workload.info(model).imageSize() * Workload.info(model).imageSize();
      if (batches.stream().anyMatch(batch -> batch * pixels > Integer.MAX_VALUE)) {
        throw new UsageFailure(
            "--batch must be at most %d for %s".formatted(Integer.MAX_VALUE / pixels, model));
      }
    }
    return batches.stream().distinct().toList();
  }

  static void requirePositive(String option, List<Integer> values) {
    if (values.stream().anyMatch(value -> value < 1)) {
      throw new UsageFailure(option + " must be at least 1");
    }
  }

  static void requireThreads(List<Integer> values) {
    if (values.stream().anyMatch(value -> value < 1 || value > SessionOptions.MAX_THREADS)) {
      throw new UsageFailure("--threads must be from 1 to " + SessionOptions.MAX_THREADS);
    }
  }

  /** A file in the folder, which is made; it may be there only if it is to be gone on with. */
  Path file(String name) throws IOException {
    OutputFiles.makeFolder(output);
    Path file = output.resolve(name);
    if (Files.exists(file) && !resume && !again) {
      throw new CommandFailure(
          file + " is there already: --resume goes on with it, --output names another folder");
    }
    return file;
  }

  Path folder() {
    return output;
  }
}
