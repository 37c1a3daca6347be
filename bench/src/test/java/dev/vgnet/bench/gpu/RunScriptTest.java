package dev.vgnet.bench.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script that checks a GPU machine, with a Java that only says how it is called. */
@EnabledOnOs(OS.LINUX)
class RunScriptTest {
  @TempDir private Path folder;

  @BeforeEach
  void build() throws IOException {
    Files.copy(Path.of("gpu", "run"), folder.resolve("run"));
    install("vgnet", "echo \"cuDNN's version: 9.19.0\"");
    installJava("exit 0");
  }

  private void install(String name, String script) throws IOException {
    Path program = Files.writeString(folder.resolve(name), "#!/usr/bin/env bash\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * @param end how it ends
   */
  private void installJava(String end) throws IOException {
    install("java", "echo \"$*\" >> calls\necho {} > results/results.json\n" + end);
  }

  private int run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "run", "--output", "results"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("said").toFile())
        .start()
        .waitFor();
  }

  /** The network of each process, after its precision. */
  private List<String> calls() throws IOException {
    try (Stream<String> lines = Files.lines(folder.resolve("calls"))) {
      return lines
          .map(
              line ->
                  line.replaceFirst(".* --precision (\\S+)", "$1").replaceFirst(" --add\\b", ""))
          .toList();
    }
  }

  @Test
  void startsAProcessForEachNetworkAndPrecision() throws Exception {
    assertEquals(0, run("--batch", "0", "one", "two"));
    assertEquals(
        List.of(
            "fp32 --batch 0 one",
            "tf32 --batch 0 one",
            "fp16 --batch 0 one",
            "fp32 --batch 0 two",
            "tf32 --batch 0 two",
            "fp16 --batch 0 two"),
        calls());
    List<String> lines = Files.readAllLines(folder.resolve("calls"));
    assertFalse(lines.getFirst().contains("--add"), lines::toString);
    assertTrue(lines.stream().skip(1).allMatch(line -> line.contains(" --add ")), lines::toString);
  }

  @Test
  void checksThePrecisionsThatAreNamed() throws Exception {
    assertEquals(0, run("--precision", "fp16", "--precision=fp32", "one"));
    assertEquals(List.of("fp16 one", "fp32 one"), calls());
  }

  @Test
  void oneThatIsKilledHidesNoOther() throws Exception {
    installJava("[[ $* != *tf32* ]] || kill -ABRT $$");
    assertEquals(4, run("one"));
    assertEquals(List.of("fp32 one", "tf32 one", "fp16 one"), calls());
  }

  @Test
  void oneThatHangsHidesNoOther() throws Exception {
    installJava("[[ $* != *tf32* ]] || exec sleep 60");
    assertEquals(4, run("--limit", "1", "one"));
    assertEquals(List.of("fp32 one", "tf32 one", "fp16 one"), calls());
    String said = Files.readString(folder.resolve("said"));
    assertTrue(said.contains("one tf32: not done after 1 seconds"), said);
  }

  @Test
  void endsWhereNothingCanBeDone() throws Exception {
    installJava("exit 3");
    assertEquals(3, run("one"));
    assertEquals(1, calls().size());
    assertEquals(2, run("--limit", "soon", "one"));
  }
}
