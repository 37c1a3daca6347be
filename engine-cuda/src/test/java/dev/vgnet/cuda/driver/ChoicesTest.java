package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChoicesTest {
  @TempDir private Path folder;

  @Test
  void outlivesTheProcessAndMergesWithOthers() {
    Path file = folder.resolve("new").resolve("a.choices");
    Choices one = Choices.of(file);
    Choices other = Choices.of(file);
    one.put("a: 1x2 = 3", "own");
    one.save();
    other.put("b", "cudnn 1 nhwc");
    other.save();
    Choices later = Choices.of(file);
    assertEquals(Optional.of("own"), later.get("a: 1x2 = 3"));
    assertEquals(Optional.of("cudnn 1 nhwc"), later.get("b"));
    assertEquals(Optional.empty(), later.get("c"));
  }

  @Test
  void startsAgainWhereAFileIsBroken() throws IOException {
    Path file = folder.resolve("a.choices");
    Files.writeString(file, "a=\\u00g");
    Choices choices = Choices.of(file);
    assertEquals(Optional.empty(), choices.get("a"));
    choices.put("a", "own");
    choices.save();
    assertEquals(Optional.of("own"), Choices.of(file).get("a"));
  }

  @Test
  void remembersWhereNothingCanBeWritten() throws IOException {
    Choices choices = Choices.of(Files.writeString(folder.resolve("file"), "").resolve("a"));
    choices.put("a", "own");
    choices.save();
    assertEquals(Optional.of("own"), choices.get("a"));
  }
}
