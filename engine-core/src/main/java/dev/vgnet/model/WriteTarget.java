package dev.vgnet.model;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * The file that is written where somebody names a path: the one that symbolic links lead to, which
 * stay.
 *
 * @param permissions of the file that is replaced, if there is one and the system has any
 */
record WriteTarget(Path file, Optional<Set<PosixFilePermission>> permissions) {
  /**
   * Follows a path.
   *
   * @throws FileSystemException if it cannot be that of a regular file, as it is another thing or
   *     too long a name
   */
  static WriteTarget of(Path path) throws IOException {
    boolean replaced = isRegularFile(path);
    Path file = path;
    while (Files.isSymbolicLink(file)) {
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    return new WriteTarget(file, replaced ? permissionsOf(file) : Optional.empty());
  }

  private static boolean isRegularFile(Path path) throws IOException {
    try {
      if (Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
        return true;
      }
    } catch (NoSuchFileException _) {
      return false;
    }
    throw new FileSystemException(path.toString(), null, "not a regular file");
  }

  private static Optional<Set<PosixFilePermission>> permissionsOf(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return view == null ? Optional.empty() : Optional.of(view.readAttributes().permissions());
  }
}
