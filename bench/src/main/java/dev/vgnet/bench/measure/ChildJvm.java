package dev.vgnet.bench.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A JVM with this one's class path that measures, and prints what it measured. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Starts one and waits for its end.
   *
   * @param flags of the JVM
   * @param onLine told each line of its standard output as it comes
   * @throws BenchmarkFailure with what it wrote to standard error if it fails
   */
  public static void run(
      Class<?> main, List<String> flags, List<Object> arguments, Consumer<String> onLine) {
    try {
      Path errors = Files.createTempFile(TemporaryFolder.path(), "stderr", ".log");
      try {
        run(command(main, flags, arguments), errors, onLine);
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      TemporaryFolder.awaitEnd();
      throw new BenchmarkFailure("", e);
    }
  }

  private static List<String> command(Class<?> main, List<String> flags, List<Object> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(TemporaryFolder.jvmFlags());
    command.addAll(flags);
    command.add(main.getName());
    arguments.forEach(argument -> command.add(argument.toString()));
    return command;
  }

  private static void run(List<String> command, Path errors, Consumer<String> onLine)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    // Not an argument: ONNX Runtime 1.29 crashes where the command line is longer than a few KB.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    try (BufferedReader lines = process.inputReader();
        Stream<String> said = lines.lines()) {
      said.forEach(onLine);
      int code = process.onExit().join().exitValue();
      if (code != 0) {
        TemporaryFolder.awaitEnd();
        throw failure(code, Files.readString(errors));
      }
    } finally {
      process.destroy();
    }
  }

  private static BenchmarkFailure failure(int code, String errors) {
    return new BenchmarkFailure(
        errors,
        new IOException("a JVM ended with exit code %d: %s".formatted(code, reason(errors))));
  }

  /** The first line that is more than what a JVM says of its flags before it begins. */
  static String reason(String errors) {
    return errors
        .lines()
        .filter(
            line ->
                Stream.of("WARNING", "Picked up ", "NOTE: Picked up ").noneMatch(line::startsWith))
        .findFirst()
        .orElse("it gave no reason");
  }
}
