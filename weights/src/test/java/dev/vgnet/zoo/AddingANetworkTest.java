package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Graph;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what docs/adding-a-network.md shows, with the very code of that page. */
class AddingANetworkTest {
  private static final Path PAGE = Path.of("..", "docs", "adding-a-network.md");

  @TempDir private Path jar;

  /** On one class path with the engine, which is not that of the calling thread. */
  @Test
  void theNetworkOfThePageIsListedRecognisedAndSeparatedWhateverElseIsBroken() throws Exception {
    compile(block("java"));
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve(Family.class.getName()), "example.Gone\n" + block("text"));
    try (URLClassLoader loader = new URLClassLoader(classPath(), null)) {
      Callable<?> use =
          (Callable<?>) loader.loadClass(Use.class.getName()).getConstructor().newInstance();
      assertEquals(
          List.of(64, "tinynet", "tinynet_bsconvu", "tinynet_bsconvs_p1d4", true), use.call());
    }
  }

  /** Its image size, what its names are recognised as, and whether the zoo's own are there. */
  public static final class Use implements Callable<List<Object>> {
    public Use() {}

    @Override
    public List<Object> call() {
      List<Object> found = new ArrayList<>();
      List<ArchitectureInfo> all = Zoo.architectures();
      all.stream().filter(a -> a.name().equals("tinynet")).forEach(a -> found.add(a.imageSize()));
      for (String name : List.of("tinynet", "tinynet_bsconvu", "tinynet_bsconvs_p1d4")) {
        ImportedModel imported =
            Zoo.importStateDict(
                Zoo.randomStateDict(name, 1), "checkpoint", "", ImportOptions.defaults());
        found.add(imported.architecture());
      }
      found.add(all.stream().anyMatch(a -> a.name().equals("resnet18")));
      return found;
    }
  }

  private URL[] classPath() throws IOException {
    List<Path> places = new ArrayList<>(List.of(jar, Path.of("target", "test-classes")));
    for (String place : System.getProperty("jdk.module.path").split(File.pathSeparator)) {
      places.add(Path.of(place));
    }
    List<URL> urls = new ArrayList<>();
    for (Path place : places) {
      urls.add(place.toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  private static String block(String language) throws IOException {
    Matcher matcher =
        Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(Files.readString(PAGE));
    matcher.find();
    return matcher.group(1);
  }

  private void compile(String source) throws Exception {
    Path file = Files.createDirectories(jar.resolve("example")).resolve("TinyNet.java");
    Files.writeString(file, source);
    String classPath = location(Family.class) + File.pathSeparator + location(Graph.class);
    ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
    int status =
        javac.run(
            System.out,
            System.err,
            "-Xlint:all",
            "-Werror",
            "-cp",
            classPath,
            "-d",
            jar.toString(),
            file.toString());
    assertEquals(0, status);
  }

  private static Path location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
