package dev.vgnet.bench;

import dev.vgnet.SessionOptions;
import dev.vgnet.cli.CommandFailure;
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

  @Option(names = "--quick", description = "One JVM a setting and short iterations: a first look.")
  private boolean quick;

  @Option(names = "--resume", description = "Go on with what the folder holds already.")
  private boolean resume;

  @Option(names = "--again", description = "The same, but measure anew what is asked for.")
  private boolean again;

  boolean isQuick() {
    return quick;
  }

  boolean isAgain() {
    return again;
  }

  /**
   * Those of some networks that are asked for; a pattern that none of them matches is a mistake.
   */
  List<String> wanted(Collection<String> names) {
    return wanted(names, names);
  }

  /** The same, but others where none is asked for. */
  List<String> wanted(Collection<String> names, Collection<String> unlessAsked) {
    for (Pattern model : models) {
      if (names.stream().noneMatch(model.asMatchPredicate())) {
        throw new CommandFailure("--models: none of the table's networks is called " + model);
      }
    }
    return models.isEmpty()
        ? List.copyOf(unlessAsked)
        : names.stream()
            .filter(name -> models.stream().anyMatch(model -> model.matcher(name).matches()))
            .toList();
  }

  List<Integer> threads() {
    requireThreads(threads);
    int all = Runtime.getRuntime().availableProcessors();
    return threads.isEmpty() ? IntStream.of(1, all).distinct().boxed().toList() : threads;
  }

  static void requirePositive(String option, List<Integer> values) {
    if (values.stream().anyMatch(value -> value < 1)) {
      throw new CommandFailure(option + " must be at least 1");
    }
  }

  static void requireThreads(List<Integer> values) {
    if (values.stream().anyMatch(value -> value < 1 || value > SessionOptions.MAX_THREADS)) {
      throw new CommandFailure("--threads must be from 1 to " + SessionOptions.MAX_THREADS);
    }
  }

  /** A file in the folder, which is made; it may be there only if it is to be gone on with. */
  Path file(String name) throws IOException {
    Files.createDirectories(output);
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
