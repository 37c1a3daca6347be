package dev.vgnet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.vgnet.model.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A program that is told to end while it writes a file. */
class InterruptionTest {
  private static final int SIZE = 1 << 20;

  @TempDir private Path folder;

  /** Writes a file again and again, or begins once and says so. */
  @Command
  static final class Writer implements Callable<Integer> {
    @Parameters(index = "0")
    private Path file;

    @Parameters(index = "1")
    private boolean again;

    public static void main(String[] args) {
      dev.vgnet.cli.Main.run(new Writer(), args);
    }

    @Override
    public Integer call() throws IOException {
      do {
        AtomicFile.write(
            file,
            channel -> {
              channel.write(ByteBuffer.allocate(SIZE));
              System.out.println("begun");
              while (!again) {
                LockSupport.park();
              }
            });
      } while (again);
      return 0;
    }
  }

  private Process start(Path file, boolean again) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            Writer.class.getName(),
            file.toString(),
            Boolean.toString(again));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    // Java tells of options that these hold.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
    return builder.redirectErrorStream(true).start();
  }

  /** Tells a process to end as Ctrl-C does; nothing but {@code begun} may be said meanwhile. */
  private static void interrupt(Process process) throws Exception {
    process.toHandle().destroy(); // which, unlike its own, lets its last words be read
    List<String> others =
        process.inputReader().lines().filter(line -> !line.equals("begun")).toList();
    assertEquals(List.of(), others);
    assertNotEquals(0, process.waitFor());
  }

  private Set<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(Collectors.toSet());
    }
  }

  @Test
  void anUnfinishedFileLeavesNothing() throws Exception {
    Process process = start(folder.resolve("new"), false);
    assertEquals("begun", process.inputReader().readLine());
    assertEquals(1, left().size());
    interrupt(process);
    assertEquals(Set.of(), left());
  }

  @Test
  void whatWasThereBeforeStays() throws Exception {
    Path file = Files.writeString(folder.resolve("old"), "old");
    Process process = start(file, false);
    assertEquals("begun", process.inputReader().readLine());
    interrupt(process);
    assertEquals(Set.of(file), left());
    assertEquals("old", Files.readString(file));
  }

  /** At any moment of a write, so several times. */
  @RepeatedTest(6)
  void aFileIsWholeOrAbsent() throws Exception {
    Path file = folder.resolve("file");
    Process process = start(file, true);
    assertEquals("begun", process.inputReader().readLine());
    while (!Files.exists(file)) {
      Thread.sleep(1);
    }
    interrupt(process);
    assertEquals(Set.of(file), left());
    assertEquals(SIZE, Files.size(file));
  }
}
