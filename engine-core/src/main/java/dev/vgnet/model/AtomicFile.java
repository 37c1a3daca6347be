package dev.vgnet.model;

import dev.vgnet.error.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Replaces a file as a whole, so that nobody ever sees a part of it. Symbolic links to it stay, and
 * so do its permissions. For any thread.
 */
public final class AtomicFile {
  /** Held while a temporary file comes or goes. */
  private static final Lock CHANGING = new ReentrantLock();

  private static final Set<Path> UNFINISHED = new HashSet<>();

  private AtomicFile() {}

  /** What fills the file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes under a temporary name in the same directory, waits for the disk, then moves the file
   * into place. If anything fails, {@code path} stays as it was and the temporary file is removed.
   *
   * @throws FileSystemException with the path and the reason
   */
  public static void write(Path path, Content content) throws IOException {
    requireWritable(path);
    WriteTarget target = WriteTarget.of(path);
    // Without the file's own name, which may be as long as a name can be.
    Path temporary = target.file().resolveSibling(".vgnet-%s.tmp".formatted(UUID.randomUUID()));
    try {
      fill(temporary, target.permissions(), path, content);
      move(temporary, target.file(), path);
    } catch (Throwable e) {
      try {
        delete(temporary);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /** As above, with bytes that are at hand. */
  public static void write(Path path, byte[] content) throws IOException {
    write(
        path,
        channel -> {
          ByteBuffer rest = ByteBuffer.wrap(content);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
  }

  /**
   * Deletes the temporary files of all writes under way; these never return, and no other begins.
   * Only for the end of a process, such as in the shutdown hook of a program that may be
   * interrupted: this library installs none.
   */
  public static void abandonAll() {
    CHANGING.lock(); // for good
    for (Path temporary : UNFINISHED) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException _) {
        // It stays, as after a kill: nobody is left who could be told.
      }
    }
  }

  /**
   * Fails where {@link #write} is known to fail, for those who want to know before they work.
   *
   * @throws FileSystemException with the path and the reason
   */
  public static void requireWritable(Path path) throws IOException {
    Path folder = WriteTarget.of(path).file().toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "no such directory");
    }
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
  }

  private static void fill(
      Path temporary, Optional<Set<PosixFilePermission>> permissions, Path path, Content content)
      throws IOException {
    try (FileChannel channel = create(temporary, permissions, path)) {
      content.writeTo(channel);
      channel.force(true);
      if (permissions.isPresent()) { // once more: the process's mask may have taken some away
        Files.setPosixFilePermissions(temporary, permissions.get());
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw FileFailure.at(path, Reason.of(e), e);
    }
  }

  private static FileChannel create(
      Path temporary, Optional<Set<PosixFilePermission>> permissions, Path path)
      throws IOException {
    FileAttribute<?>[] attributes =
        permissions.stream()
            .map(PosixFilePermissions::asFileAttribute)
            .toArray(FileAttribute<?>[]::new);
    CHANGING.lock();
    try {
      FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              attributes);
      UNFINISHED.add(temporary);
      return channel;
    } catch (FileSystemException e) { // the temporary name means nothing to anybody
      throw FileFailure.at(path, e.getReason() == null ? "cannot be made" : e.getReason(), e);
    } finally {
      CHANGING.unlock();
    }
  }

  private static void move(Path temporary, Path target, Path path) throws IOException {
    CHANGING.lock();
    try {
      try {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException _) {
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      }
      UNFINISHED.remove(temporary);
    } catch (FileSystemException e) {
      throw FileFailure.at(path, e.getReason() == null ? "cannot be replaced" : e.getReason(), e);
    } finally {
      CHANGING.unlock();
    }
  }

  private static void delete(Path temporary) throws IOException {
    CHANGING.lock();
    try {
      UNFINISHED.remove(temporary);
      Files.deleteIfExists(temporary);
    } finally {
      CHANGING.unlock();
    }
  }
}
