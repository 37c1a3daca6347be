package dev.vgnet.model;

import dev.vgnet.error.Reason;
import dev.vgnet.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Files as memory. */
public final class MappedFile {
  private MappedFile() {}

  /**
   * Maps a whole file, read-only. The mapping lasts as long as something refers to it; the file
   * must not be changed meanwhile. A file of another file system than the default one, such as an
   * archive's, is read into an array instead. May be used from any thread.
   *
   * @throws FileSystemException with the path, if the file cannot be read, is not a regular one or,
   *     in another file system, does not fit in an array
   */
  public static MemorySegment map(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(path.toString(), null, "not a regular file");
    }
    try {
      return path.getFileSystem() == FileSystems.getDefault()
          ? mapped(path)
          : read(path, attributes.size());
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw FileFailure.at(path, Reason.of(e), e);
    }
  }

  private static MemorySegment mapped(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    }
  }

  private static MemorySegment read(Path path, long size) throws IOException {
    if (size > Shape.MAX_ARRAY_LENGTH) {
      throw new FileSystemException(
          path.toString(),
          null,
          "has " + size + " bytes; outside the default file system at most 2 GiB are read");
    }
    return MemorySegment.ofArray(Files.readAllBytes(path)).asReadOnly();
  }
}
