package dev.vgnet.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
  @TempDir private Path folder;

  private static FileSystem archive(Path file) throws IOException {
    return FileSystems.newFileSystem(file, Map.of("create", "true"));
  }

  @Test
  void readsWhatCannotBeMapped() throws IOException {
    byte[] content = {1, 2, 3, 4, 5};
    try (FileSystem archive = archive(folder.resolve("archive.zip"))) {
      Path file = Files.write(archive.getPath("/file"), content);
      MemorySegment memory = MappedFile.map(file);
      assertArrayEquals(content, memory.toArray(ValueLayout.JAVA_BYTE));
      assertTrue(memory.isReadOnly());
    }
  }

  @Test
  void refusesWhatCanNeitherBeMappedNorFitsInAnArray() throws IOException {
    Path zip = folder.resolve("archive.zip");
    try (FileSystem archive = archive(zip)) {
      Files.write(archive.getPath("/file"), new byte[5]);
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(zip)).order(ByteOrder.LITTLE_ENDIAN);
    int directory = bytes.getInt(bytes.capacity() - 6);
    bytes.putInt(directory + 24, Integer.MAX_VALUE); // the size
    Files.write(zip, bytes.array());
    try (FileSystem archive = archive(zip)) {
      Path file = archive.getPath("/file");
      FileSystemException e = assertThrows(FileSystemException.class, () -> MappedFile.map(file));
      assertTrue(e.getMessage().startsWith("/file: has 2147483647 bytes;"), e.getMessage());
    }
  }

  @Test
  void namesTheFileWhenInterrupted() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "content");
    Thread.currentThread().interrupt();
    FileSystemException e = assertThrows(FileSystemException.class, () -> MappedFile.map(file));
    assertTrue(Thread.interrupted());
    assertEquals(file + ": ClosedByInterruptException", e.getMessage());
  }
}
