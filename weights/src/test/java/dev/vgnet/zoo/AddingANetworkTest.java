package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Graph;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what docs/adding-a-network.md shows, with the very code of that page. */
class AddingANetworkTest {
  private static final Path PAGE = Path.of("..", "docs", "adding-a-network.md");

  @TempDir private Path jar;

  @Test
  void theNetworkOfThePageIsListedRecognisedAndSeparated() throws Exception {
    compile(block("java"));
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve(Family.class.getName()), block("text"));

    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      ArchitectureInfo info =
          Zoo.architectures().stream()
              .filter(a -> a.name().equals("tinynet"))
              .findFirst()
              .orElseThrow();
      assertEquals(64, info.imageSize());
      for (String name : List.of("tinynet", "tinynet_bsconvu", "tinynet_bsconvs_p1d4")) {
        ImportedModel imported =
            Zoo.importStateDict(
                Zoo.randomStateDict(name, 1), "checkpoint", "", ImportOptions.defaults());
        assertEquals(name, imported.architecture());
      }
    } finally {
      thread.setContextClassLoader(before);
    }
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
    String classPath = location(Family.class) + java.io.File.pathSeparator + location(Graph.class);
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
