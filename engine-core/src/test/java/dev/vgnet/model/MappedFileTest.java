package dev.vgnet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
  @TempDir private Path folder;

  @Test
  void namesTheFileWhenInterrupted() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "content");
    Thread.currentThread().interrupt();
    FileSystemException e = assertThrows(FileSystemException.class, () -> MappedFile.map(file));
    assertTrue(Thread.interrupted());
    assertEquals(file + ": ClosedByInterruptException", e.getMessage());
  }
}
