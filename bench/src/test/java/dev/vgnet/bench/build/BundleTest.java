package dev.vgnet.bench.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script by which a bundle starts its Java, with a Java that says how it is called. */
@EnabledOnOs(OS.LINUX)
class BundleTest {
  private static final String OPTION = "-Ddev.vgnet.cuda.path=";

  @TempDir private Path folder;

  @BeforeEach
  void build() throws Exception {
    Path bundle = Files.createDirectory(folder.resolve("bundle"));
    Files.copy(Path.of("gpu", "java"), bundle.resolve("java"));
    Path programs = Files.createDirectories(bundle.resolve("runtime/bin"));
    Programs.install(programs.resolve("java"), "printf '%s\\n' \"$@\"\n");
  }

  /** The arguments of Java. */
  private List<String> run(Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", "bundle/java", "Main", "a b");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).directory(folder.toFile()).start();
    List<String> lines = process.inputReader().readAllLines();
    assertEquals(0, process.waitFor(), lines::toString);
    assertEquals(List.of("Main", "a b"), lines.subList(lines.size() - 2, lines.size()));
    return lines;
  }

  /** Where CUDA's libraries are looked for. */
  private List<String> path(Map<String, String> environment) throws Exception {
    String option =
        run(environment).stream().filter(line -> line.startsWith(OPTION)).findFirst().orElseThrow();
    return List.of(option.substring(OPTION.length()).split(":"));
  }

  @Test
  void startsWhereTheShellSearchesFolders() throws Exception {
    run(Map.of("CDPATH", folder.toString()));
  }

  @Test
  void looksNowhereWithoutPython() throws Exception {
    Files.createDirectories(folder.resolve("some/nvidia/cudnn/lib"));
    List<String> names = List.of("dirname", "find", "paste", "sed", "sort", "xargs");
    List<String> path =
        path(Map.of("PATH", Programs.only(folder.resolve("programs"), names).toString()));
    List<String> packages = new ArrayList<>(path);
    packages.removeIf(name -> !name.contains("nvidia/"));
    assertEquals(List.of(), packages);
  }

  @Test
  void findsPackagesOfPython() throws Exception {
    assumeTrue(Programs.isInstalled("python3"));
    Path packages = folder.toRealPath().resolve("two words");
    Path libraries = Files.createDirectories(packages.resolve("nvidia/cudnn/lib"));
    List<String> path = path(Map.of("PYTHONPATH", packages.toString()));
    assertTrue(path.contains(libraries.toString()), path::toString);
  }
}
