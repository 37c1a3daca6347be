package dev.vgnet.bench.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The {@code vgnet} script in a project that is built, with a Java that says how it is called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir private Path folder;
  private Path project;
  private Path jdk;

  @BeforeEach
  void build() throws IOException {
    project = Files.createDirectory(folder.toRealPath().resolve("project"));
    Files.copy(Path.of("..", "vgnet"), project.resolve("vgnet"));
    Files.createFile(project.resolve("pom.xml"));
    for (String module : List.of("engine-core", "weights", "bench")) {
      Files.createDirectories(project.resolve(module).resolve("src/main"));
      Files.createFile(project.resolve(module).resolve("pom.xml"));
      Path target = Files.createDirectory(project.resolve(module).resolve("target"));
      Files.createFile(target.resolve(".built"));
    }
    jdk = Files.createDirectory(folder.resolve("jdk"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    Path java = Files.createDirectory(jdk.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$LC_ALL\" \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The locale, then the arguments. */
  private List<String> run(Path script, String locale, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("JAVA_HOME", jdk.toString(), "LC_ALL", locale));
    builder.environment().remove("VGNET_JAVA_OPTIONS");
    builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    Process process = builder.directory(folder.toFile()).start();
    List<String> lines = process.inputReader().readAllLines();
    assertEquals(0, process.waitFor(), lines::toString);
    return lines;
  }

  private static void assertEndsWith(List<String> expected, List<String> lines) {
    assertEquals(expected, lines.subList(lines.size() - expected.size(), lines.size()));
  }

  @Test
  void passesItsWordsOn() throws Exception {
    assertEndsWith(
        List.of("dev.vgnet.cli.Main", "classify", "a b", ""),
        run(project.resolve("vgnet"), "C.UTF-8", "classify", "a b", ""));
    assertEndsWith(
        List.of("dev.vgnet.bench.Main", "layers"),
        run(project.resolve("vgnet"), "C.UTF-8", "bench", "layers"));
    assertEndsWith(
        List.of("dev.vgnet.bench.Main", "help", "layers"),
        run(project.resolve("vgnet"), "C.UTF-8", "help", "bench", "layers"));
  }

  @Test
  void findsItsProjectThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("vgnet"), project.resolve("vgnet"));
    List<String> lines = run(link, "C.UTF-8", "doctor");
    assertTrue(lines.contains("-Dvgnet.home=" + project), lines::toString);
  }

  /** Otherwise Java cannot open a file whose name has letters beyond ASCII. */
  @Test
  void aPlainLocaleBecomesOneOfUnicode() throws Exception {
    assertEquals("C.UTF-8", run(project.resolve("vgnet"), "C", "doctor").getFirst());
    assertEquals("C.UTF-8", run(project.resolve("vgnet"), "POSIX", "doctor").getFirst());
  }

  /** A Maven that notes how it is called, and whether another one runs. */
  private void installMaven(String work) throws IOException {
    Path maven = folder.resolve("mvn");
    Files.writeString(
        maven,
        """
        #!/bin/sh
        cd "${0%%/*}"
        mkdir running || echo another runs >>calls
        echo "$@" >>calls
        %s
        rmdir running
        """
            .formatted(work));
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> calls() throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private void forgetWhatIsBuilt() throws IOException {
    Files.delete(project.resolve("weights/target/.built"));
    Files.delete(project.resolve("bench/target/.built"));
  }

  @Test
  void twoFirstUsesBuildOnce() throws Exception {
    assumeTrue(isInstalled("flock"));
    installMaven("sleep 0.5");
    forgetWhatIsBuilt();
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      Callable<List<String>> use = () -> run(project.resolve("vgnet"), "C.UTF-8", "doctor");
      for (Future<List<String>> lines : two.invokeAll(List.of(use, use))) {
        assertEndsWith(List.of("dev.vgnet.cli.Main", "doctor"), lines.get());
      }
    }
    assertEquals(1, calls().size(), calls()::toString);
  }

  private static boolean isInstalled(String program) throws Exception {
    return new ProcessBuilder("bash", "-c", "command -v " + program).start().waitFor() == 0;
  }

  @Test
  void whatIsChangedWhileItIsBuiltIsBuiltAgain() throws Exception {
    installMaven("f=project/weights/src/main/new; [ -e $f ] || { sleep 0.1; touch $f; }");
    forgetWhatIsBuilt();
    for (int use = 1; use <= 3; use++) {
      run(project.resolve("vgnet"), "C.UTF-8", "doctor");
      assertEquals(Math.min(use, 2), calls().size(), "use " + use);
    }
  }

  @Test
  void fetchesPyTorchForAPeerOnly() throws Exception {
    installMaven("mkdir -p project/bench/target/djl");
    Path script = project.resolve("vgnet");
    run(script, "C.UTF-8", "bench", "--output", "djl", "--peers", "ort", "--python", "djl");
    run(script, "C.UTF-8", "bench", "report", "--peers");
    assertEquals(List.of(), calls());
    for (String words : List.of("--peers djl", "--peers=ort,DJL", "--quick --peers ort,djl")) {
      Files.deleteIfExists(project.resolve("bench/target/djl"));
      Files.deleteIfExists(folder.resolve("calls"));
      run(script, "C.UTF-8", ("bench " + words).split(" "));
      assertTrue(calls().getFirst().contains("-Pdjl"), words);
    }
  }

  @Test
  void saysWhetherThereIsATerminal() throws Exception {
    List<String> lines = run(project.resolve("vgnet"), "C.UTF-8", "doctor");
    assertTrue(lines.contains("-Dvgnet.terminal=false"), lines::toString);
  }
}
