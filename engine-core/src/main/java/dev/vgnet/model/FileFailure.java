package dev.vgnet.model;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Failures that come without the name of the file, such as that of a full disk. */
final class FileFailure {
  private FileFailure() {}

  /** The same failure, with a path and a reason. */
  static FileSystemException at(Path path, String reason, IOException cause) {
    FileSystemException located = new FileSystemException(path.toString(), null, reason);
    located.initCause(cause);
    return located;
  }
}
