package dev.vgnet.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
  @TempDir Path directory;

  @Test
  void knowsImageNet() {
    List<String> labels = Labels.imageNet();
    assertEquals(1000, labels.size());
    assertEquals(1000, Set.copyOf(labels).size());
    assertEquals("tench", labels.get(0));
    assertEquals("golden retriever", labels.get(207));
    assertEquals("tabby", labels.get(281));
    assertEquals("espresso", labels.get(967));
    assertEquals("toilet tissue", labels.get(999));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cat\ndög\n", "cat\ndög", "cat\r\ndög\r\n", "  cat\t\n dög ", "\ufeffcat\ndög\n"})
  void readsALabelALine(String text) throws IOException {
    assertEquals(List.of("cat", "dög"), Labels.read(file(text.getBytes(UTF_8))));
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertRefused(new byte[0], "holds no label");
    assertRefused("\ufeff".getBytes(UTF_8), "holds no label");
    assertRefused("cat\n \ndog\n".getBytes(UTF_8), "line 2 is blank");
    assertRefused("\ncat\n".getBytes(UTF_8), "line 1 is blank");
    assertRefused(
        "x\n".repeat(1 << 20).getBytes(UTF_8), "holds more labels than a weight file can");
    assertRefused(new byte[] {'c', (byte) 0xe9, '\n'}, "is not UTF-8");
    assertRefused(new byte[5 << 20], "at most 4194304 bytes");
    Path missing = directory.resolve("missing");
    assertThrows(NoSuchFileException.class, () -> Labels.read(missing));
  }

  private void assertRefused(byte[] content, String message) throws IOException {
    Path path = file(content);
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> Labels.read(path));
    assertTrue(e.getMessage().startsWith(path + ": "), e::getMessage);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("labels.txt"), content);
  }
}
