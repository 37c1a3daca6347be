package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that end in different ways, each with one that it has started. */
class TemporaryFolderTest {
  @TempDir private Path parent;

  /** Starts {@link Started}; ends by itself if it is told {@code end}. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) {
      ChildJvm.run(Started.class, List.of(), List.of(args[0]), System.out::println);
    }
  }

  /** Leaves a file behind, and says where and who it is. */
  static final class Started {
    private Started() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      Path file = Files.createTempFile("some", ".onnx");
      System.out.println(file + " " + ProcessHandle.current().pid());
      if (!args[0].equals("end")) {
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  private record Run(Process process, Path file, ProcessHandle started) {
    Path folder() {
      return file.getParent();
    }
  }

  private Run start(String how) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + parent,
            Starter.class.getName(),
            how);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader lines = process.inputReader();
    String[] said = lines.readLine().split(" ");
    ProcessHandle started =
        ProcessHandle.of(Long.parseLong(said[1])).orElse(ProcessHandle.current());
    return new Run(process, Path.of(said[0]), started);
  }

  private Set<String> left() throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.map(Path::getFileName).map(Path::toString).collect(Collectors.toSet());
    }
  }

  @Test
  void nothingIsLeftAtTheEnd() throws Exception {
    Run run = start("end");
    assertEquals(0, run.process().waitFor());
    assertEquals(parent, run.folder().getParent());
    assertEquals(Set.of(), left());
  }

  @Test
  void anInterruptedProcessTakesAllWithIt() throws Exception {
    Run run = start("stay");
    assertTrue(Files.exists(run.file()));
    run.process().destroy();
    run.process().waitFor();
    run.started().onExit().join();
    assertEquals(Set.of(), left());
  }

  @Test
  void whatAKilledProcessLeftIsSweptByTheNext() throws Exception {
    Run killed = start("stay");
    Run living = start("stay");
    killed.process().destroyForcibly().waitFor();
    killed.started().destroyForcibly();
    assertTrue(Files.exists(killed.file()));
    Files.createDirectory(parent.resolve("vgnet-bench-mine"));
    Files.createDirectory(parent.resolve("vgnet-1-1"));
    assertEquals(0, start("end").process().waitFor());
    assertFalse(Files.exists(killed.folder()));
    assertEquals(
        Set.of("vgnet-bench-mine", "vgnet-1-1", living.folder().getFileName().toString()), left());
    living.process().destroy();
    living.process().waitFor();
  }
}
