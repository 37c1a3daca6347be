package dev.vgnet.bench.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** Variables of the script beside those that every test has. */
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void build() throws IOException {
    project = Files.createDirectory(folder.toRealPath().resolve("project"));
    Files.copy(Path.of("..", "vgnet"), project.resolve("vgnet"));
    Files.createFile(project.resolve("pom.xml"));
    Files.createFile(Files.createDirectories(project.resolve("bench/gpu")).resolve("peer.py"));
    for (String module : List.of("engine-core", "weights", "bench")) {
      Files.createDirectories(project.resolve(module).resolve("src/main"));
      Files.createFile(project.resolve(module).resolve("pom.xml"));
      Path target = Files.createDirectory(project.resolve(module).resolve("target"));
      Files.createFile(target.resolve(".built"));
    }
    jdk = installJdk("jdk");
  }

  private Path installJdk(String name) throws IOException {
    Path home = Files.createDirectory(folder.resolve(name));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
    Programs.install(java, "printf '%s\\n' \"$LC_ALL\" \"$@\"\n");
    Programs.install(home.resolve("bin/javac"), "");
    return home;
  }

  /** The locale, then the arguments. */
  private List<String> run(Path script, String locale, String... words) throws Exception {
    return run(0, script, locale, words);
  }

  private List<String> run(int exitCode, Path script, String locale, String... words)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("JAVA_HOME", jdk.toString(), "LC_ALL", locale));
    builder.environment().keySet().removeAll(List.of("VGNET_JAVA_OPTIONS", "VGNET_CLASS_PATH"));
    builder.environment().putAll(environment);
    builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    Process process = builder.directory(folder.toFile()).start();
    List<String> lines = process.inputReader().readAllLines();
    assertEquals(exitCode, process.waitFor(), lines::toString);
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

  @Test
  void saysThatAFolderWithAColonIsNoPlaceForIt() throws Exception {
    Path named = Files.move(project, folder.toRealPath().resolve("a:b"));
    assertEquals(
        List.of("vgnet: %s has a colon in it, which no class path can name".formatted(named)),
        run(1, named.resolve("vgnet"), "C.UTF-8", "doctor"));
  }

  /** Otherwise Java cannot open a file whose name has letters beyond ASCII. */
  @Test
  void aPlainLocaleBecomesOneOfUnicode() throws Exception {
    assertEquals("C.UTF-8", run(project.resolve("vgnet"), "C", "doctor").getFirst());
    assertEquals("C.UTF-8", run(project.resolve("vgnet"), "POSIX", "doctor").getFirst());
  }

  /** A Maven that notes how it is called, and whether another one runs. */
  private void installMaven(String work) throws IOException {
    Programs.install(
        folder.resolve("mvn"),
        """
        cd "${0%%/*}"
        mkdir running || echo another runs >>calls
        echo "$@" >>calls
        %s
        rmdir running
        """
            .formatted(work));
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
    assumeTrue(Programs.isInstalled("flock"));
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

  @Test
  void whatIsChangedWhileItIsBuiltIsBuiltAgain() throws Exception {
    installMaven("f=project/weights/src/main/new; [ -e $f ] || { sleep 0.1; touch $f; }");
    forgetWhatIsBuilt();
    for (int use = 1; use <= 3; use++) {
      run(project.resolve("vgnet"), "C.UTF-8", "doctor");
      assertEquals(Math.min(use, 2), calls().size(), "use " + use);
    }
  }

  /** It lies in the jar of the benchmarks, but not among their sources. */
  @Test
  void aChangedPeerIsBuiltForTheBenchmarksOnly() throws Exception {
    installMaven("true");
    FileTime built = Files.getLastModifiedTime(project.resolve("bench/target/.built"));
    Files.setLastModifiedTime(
        project.resolve("bench/gpu/peer.py"), FileTime.fromMillis(built.toMillis() + 1_000));
    run(project.resolve("vgnet"), "C.UTF-8", "doctor");
    assertEquals(List.of(), calls());
    run(project.resolve("vgnet"), "C.UTF-8", "bench", "layers");
    assertEquals(1, calls().size(), calls()::toString);
  }

  @Test
  void fetchesPyTorchForAPeerOnly() throws Exception {
    installMaven("mkdir -p project/bench/target/djl");
    Path old = project.resolve("bench/target/djl/old.jar");
    Path script = project.resolve("vgnet");
    run(script, "C.UTF-8", "bench", "--output", "djl", "--peers", "ort", "--python", "djl");
    run(script, "C.UTF-8", "bench", "report", "--peers");
    assertEquals(List.of(), calls());
    for (String words : List.of("--peers djl", "--peers=ort,DJL", "--quick --peers ort,djl")) {
      Files.deleteIfExists(project.resolve("bench/target/.built-Pdjl"));
      Files.deleteIfExists(folder.resolve("calls"));
      Files.createDirectories(old.getParent());
      Files.writeString(old, "of another version");
      run(script, "C.UTF-8", ("bench " + words).split(" "));
      assertTrue(calls().getFirst().contains("-Pdjl"), words);
      assertFalse(Files.exists(old));
      run(script, "C.UTF-8", ("bench " + words).split(" "));
      run(script, "C.UTF-8", "bench", "layers");
      assertEquals(1, calls().size(), words);
    }
  }

  /** One that Maven does not find by itself, in a folder whose name has a blank. */
  @Test
  void buildsWithTheJdkThatItFinds() throws Exception {
    Path found = installJdk("a jdk");
    Path link = Files.createSymbolicLink(folder.resolve("java"), found.resolve("bin/java"));
    assertTrue(Files.isExecutable(link));
    environment.put("JAVA_HOME", "");
    installMaven("echo \"$JAVA_HOME:$JAVA25_HOME\" >>calls");
    forgetWhatIsBuilt();
    assertEndsWith(
        List.of("dev.vgnet.cli.Main", "doctor"),
        run(project.resolve("vgnet"), "C.UTF-8", "doctor"));
    assertEquals(":" + found.toRealPath(), calls().getLast());
  }

  @Test
  void buildsWhereJavaHomeNamesNothing() throws Exception {
    environment.put("JAVA_HOME", folder.resolve("gone").toString());
    Files.createSymbolicLink(folder.resolve("java"), jdk.resolve("bin/java"));
    installMaven("echo \"$JAVA_HOME\" >>calls");
    forgetWhatIsBuilt();
    run(project.resolve("vgnet"), "C.UTF-8", "doctor");
    assertEquals(jdk.toRealPath().toString(), calls().getLast());
  }

  /** With whichever this machine has; a build that fails ends before that one is called. */
  @Test
  void buildsWhereNoJavaIsOnThePath() throws Exception {
    environment.put("JAVA_HOME", "");
    environment.put("HOME", folder.toString());
    Files.createDirectory(folder.resolve(".jdks"));
    installJdk(".jdks/found");
    List<String> names =
        List.of(
            "cat",
            "dirname",
            "env",
            "find",
            "locale",
            "mkdir",
            "mktemp",
            "readlink",
            "rm",
            "sed",
            "tee",
            "touch");
    environment.put("PATH", Programs.only(folder.resolve("programs"), names).toString());
    installMaven("echo \"$JAVA_HOME\" >>calls; echo \"$JAVA25_HOME\" >>calls; exit 1");
    forgetWhatIsBuilt();
    run(1, project.resolve("vgnet"), "C.UTF-8", "doctor");
    assertEquals(3, calls().size(), calls()::toString);
    assertEquals(calls().getLast(), calls().get(1));
  }

  @Test
  void leavesMavenTheJavaThatTheUserHas() throws Exception {
    Path jre = installJdk("jre");
    Files.delete(jre.resolve("bin/javac"));
    environment.put("JAVA_HOME", jre.toString());
    Files.createSymbolicLink(folder.resolve("java"), jdk.resolve("bin/java"));
    installMaven("echo \"$JAVA_HOME\" >>calls");
    forgetWhatIsBuilt();
    run(project.resolve("vgnet"), "C.UTF-8", "doctor");
    assertEquals(jre.toString(), calls().getLast());
  }

  @Test
  void takesNoJavaThatDoesNotCompile() throws Exception {
    environment.put("JAVA_HOME", installJdk("jre").toString());
    Files.delete(folder.resolve("jre/bin/javac"));
    Programs.install(folder.resolve("jre/bin/java"), "echo the wrong one\n");
    Files.createSymbolicLink(folder.resolve("java"), jdk.resolve("bin/java"));
    assertEndsWith(
        List.of("dev.vgnet.cli.Main", "doctor"),
        run(project.resolve("vgnet"), "C.UTF-8", "doctor"));
  }

  @Test
  void saysThatItCannotBuildWhereItCannotWrite() throws Exception {
    installMaven("true");
    forgetWhatIsBuilt();
    Path target = project.resolve("weights/target");
    Files.delete(target);
    Files.createFile(target);
    assertEquals(
        List.of(
            "vgnet: what is built is missing or older than its sources, and %s cannot be written"
                .formatted(target)),
        run(1, project.resolve("vgnet"), "C.UTF-8", "doctor"));
    assertEquals(List.of(), calls());
  }

  @Test
  void addsJarsToTheClassPath() throws Exception {
    environment.put("VGNET_CLASS_PATH", "tiny net.jar");
    for (String command : List.of("list", "bench")) {
      List<String> lines = run(project.resolve("vgnet"), "C.UTF-8", command);
      String classPath = lines.get(lines.indexOf("-cp") + 1);
      assertTrue(classPath.endsWith("/*:tiny net.jar"), classPath);
    }
  }

  @Test
  void saysWhetherThereIsATerminal() throws Exception {
    List<String> lines = run(project.resolve("vgnet"), "C.UTF-8", "doctor");
    assertTrue(lines.contains("-Dvgnet.terminal=false"), lines::toString);
  }
}
