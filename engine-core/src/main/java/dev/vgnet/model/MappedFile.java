package dev.vgnet.model;

import dev.vgnet.error.Reason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Files as memory. */
public final class MappedFile {
  private MappedFile() {}

  /**
   * Maps a whole file, read-only. The mapping lasts as long as something refers to it; the file
   * must not be changed meanwhile. May be used from any thread.
   *
   * @throws FileSystemException with the path, if the file cannot be read or is not a regular one
   */
  public static MemorySegment map(Path path) throws IOException {
    if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
      throw new FileSystemException(path.toString(), null, "not a regular file");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw FileFailure.at(path, Reason.of(e), e);
    }
  }
}
