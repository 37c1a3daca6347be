package dev.vgnet.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Compilers that a machine may have, and what they compile. */
final class Tools {
  private Tools() {}

  /** A program on the path. */
  static Optional<Path> find(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Copies a file that lies beside this class to a folder, under its last name. */
  static Path copyResource(String name, Path folder) throws IOException {
    Path copy = folder.resolve(Path.of(name).getFileName());
    try (InputStream in = Tools.class.getResourceAsStream(name)) {
      Files.copy(in, copy);
    }
    return copy;
  }

  /** Runs a program to its end, which must be a good one. */
  static void run(Path program, Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + "\n" + output);
    }
  }
}
