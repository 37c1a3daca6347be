package dev.vgnet.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files the commands write: complete or not at all. */
final class OutputFiles {
  private OutputFiles() {}

  /** Replaces a file by these bytes; on any failure what stood there before stays. */
  static void write(Path path, byte[] content) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(folder, "." + path.getFileName(), ".tmp");
    try {
      Files.write(temporary, content);
      try {
        Files.move(
            temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException _) {
        Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
