package dev.vgnet.bench.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All Java sources are formatted by google-java-format. Run with {@code -Dvgnet.format=true} to
 * format them in place.
 */
class FormatTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void sourcesAreFormatted() throws IOException {
    Formatter formatter = new Formatter();
    List<Path> unformatted =
        sources().filter(source -> !isFormatted(formatter, source)).map(ROOT::relativize).toList();
    assertEquals(
        List.of(),
        unformatted,
        "not formatted; mend with: mvn verify -pl bench -am -Dtest=FormatTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dvgnet.format=true");
  }

  private static Stream<Path> sources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .map(module -> module.resolve("src"))
          .filter(Files::isDirectory)
          .toList()
          .stream()
          .flatMap(FormatTest::javaFiles);
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isFormatted(Formatter formatter, Path source) {
    try {
      String text = Files.readString(source);
      String formatted = formatter.formatSourceAndFixImports(text);
      if (!formatted.equals(text) && Boolean.getBoolean("vgnet.format")) {
        Files.writeString(source, formatted);
        return true;
      }
      return formatted.equals(text);
    } catch (IOException | FormatterException e) {
      throw new AssertionError(source + ": " + e.getMessage(), e);
    }
  }
}
