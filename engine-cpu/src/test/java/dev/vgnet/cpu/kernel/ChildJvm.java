package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM of its own, for what a test cannot see in the one that it runs in. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs a class on vectors as long as this JVM's, and expects that it succeeds.
   *
   * @param main what is run
   * @param others classes of whatever else must be on the class path
   * @return the lines of its output and errors
   */
  public static List<String> run(Class<?> main, List<String> flags, Class<?>... others)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    Optional.ofNullable(System.getProperty(Vectors.BITS_PROPERTY))
        .ifPresent(bits -> command.add("-D%s=%s".formatted(Vectors.BITS_PROPERTY, bits)));
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(main, others), main.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().readAllLines();
    assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
    return lines;
  }

  private static String classPath(Class<?> main, Class<?>... others) {
    return Stream.concat(Stream.of(main), Stream.of(others))
        .map(ChildJvm::location)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
