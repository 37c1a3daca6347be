package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    other.put("b", "cudnn 1 nhwc");
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
    assertEquals(Optional.of("own"), Choices.of(file).get("a"));
  }

  @Test
  void remembersWhereNothingCanBeWritten() throws IOException {
    Choices choices = Choices.of(Files.writeString(folder.resolve("file"), "").resolve("a"));
    choices.put("a", "own");
    assertEquals(Optional.of("own"), choices.get("a"));
  }

  @Test
  void whatIsPassingEndsWithTheSession() {
    Path file = folder.resolve("a.choices");
    Choices choices = Choices.of(file);
    choices.putForNow("a", "own");
    choices.put("b", "own");
    assertEquals(Optional.of("own"), choices.get("a"));
    assertEquals(Optional.empty(), Choices.of(file).get("a"));
  }

  @Test
  void forgetsWhatTheFileHoldsToo() {
    Path file = folder.resolve("a.choices");
    Choices choices = Choices.of(file);
    Choices.of(file).put("a", "cudnn 1 nhwc");
    choices.put("b", "own");
    choices.putForNow("c", "cudnn 0 nchw");
    choices.forget(way -> way.startsWith("cudnn"));
    for (Choices each : List.of(choices, Choices.of(file))) {
      assertEquals(Optional.empty(), each.get("a"));
      assertEquals(Optional.of("own"), each.get("b"));
      assertEquals(Optional.empty(), each.get("c"));
    }
  }

  @Test
  void excludesWhatFailsTwice() {
    Path file = folder.resolve("a.choices");
    Choices.of(file).failed("a", "cudnn 1 nhwc");
    assertFalse(Choices.of(file).excludes("a", "cudnn 1 nhwc"));
    Choices.of(file).failed("a", "cudnn 1 nhwc");
    assertTrue(Choices.of(file).excludes("a", "cudnn 1 nhwc"));
    assertFalse(Choices.of(file).excludes("a", "cudnn 0 nhwc"));
    assertFalse(Choices.of(file).excludes("b", "cudnn 1 nhwc"));
  }
}
