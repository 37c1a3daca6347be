package dev.vgnet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class AtomicFileTest {
  private static final byte[] NEW = {'n', 'e', 'w'};

  @TempDir private Path folder;

  private Set<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(Collectors.toSet());
    }
  }

  @Test
  void writesToTheFileBehindLinks() throws IOException {
    Path there = Files.createDirectory(folder.resolve("there"));
    Path file = Files.writeString(there.resolve("file"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("there", "file"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link);
    Path ahead = Files.createSymbolicLink(folder.resolve("ahead"), Path.of("there", "made"));
    AtomicFile.write(second, NEW);
    AtomicFile.write(ahead, NEW);
    assertEquals("new", Files.readString(file));
    assertEquals("new", Files.readString(there.resolve("made")));
    assertEquals(Set.of(there, link, second, ahead), files());
    for (Path stays : List.of(link, second, ahead)) {
      assertTrue(Files.isSymbolicLink(stays), stays::toString);
    }
  }

  @Test
  void refusesLinksThatLeadNowhere() throws IOException {
    Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
    Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("none", "file"));
    for (Path link : List.of(circle, nowhere)) {
      assertThrows(FileSystemException.class, () -> AtomicFile.requireWritable(link));
      assertThrows(FileSystemException.class, () -> AtomicFile.write(link, NEW));
    }
    assertEquals(Set.of(circle, nowhere), files());
  }

  @Test
  void takesEveryNameThatAFileMayHave() throws IOException {
    Path longest = folder.resolve("x".repeat(255));
    AtomicFile.write(longest, NEW);
    assertEquals(Set.of(longest), files());
    Path longer = folder.resolve("x".repeat(256));
    FileSystemException e =
        assertThrows(FileSystemException.class, () -> AtomicFile.requireWritable(longer));
    assertEquals(longer.toString(), e.getFile());
  }

  @Test
  void keepsThePermissionsOfWhatItReplaces() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    for (String permissions : List.of("rw-------", "rw-rw-rw-", "r-xr-x--x")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      AtomicFile.write(file, NEW);
      assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
    assertEquals("new", Files.readString(file));
  }

  @Test
  void namesTheFileThatItCannotReplace() throws IOException {
    Path file = folder.resolve("file");
    FileSystemException e =
        assertThrows(
            FileSystemException.class,
            () -> AtomicFile.write(file, _ -> Files.createDirectories(file.resolve("child"))));
    assertEquals(file.toString(), e.getFile());
    assertNull(e.getOtherFile());
    assertEquals(Set.of(file), files());
  }

  @Test
  void saysThatItWasInterrupted() throws IOException {
    Path file = folder.resolve("file");
    Thread.currentThread().interrupt();
    FileSystemException e =
        assertThrows(FileSystemException.class, () -> AtomicFile.write(file, NEW));
    assertTrue(Thread.interrupted());
    assertEquals(file + ": ClosedByInterruptException", e.getMessage());
    assertEquals(Set.of(), files());
  }

  /** What is secret in the end is at no moment there for others to read. */
  @Test
  void hasThosePermissionsFromTheStart() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    AtomicFile.write(
        file,
        _ -> {
          for (Path each : files()) {
            assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
          }
        });
  }
}
