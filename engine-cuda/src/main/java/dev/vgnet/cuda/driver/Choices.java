package dev.vgnet.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * Which way to compute was the fastest when it was measured, by what was computed: in memory and,
 * so that it is measured once a machine, in a file that processes share. A file that cannot be read
 * or written only means that all is measured again. Safe for any thread.
 */
public final class Choices {
  /**
   * To be raised with every change to which ways are offered, what one of a certain name does, or
   * what a way must prove before it is taken: what an older version has chosen is then measured
   * again, as a name says nothing of these.
   */
  static final int WAYS = 2;

  private static final System.Logger LOGGER = System.getLogger(Choices.class.getName());

  private final Optional<Path> file;
  private final Properties known = new Properties();

  /** Whether something is known that the file may lack. */
  private boolean unsaved;

  private Choices(Optional<Path> file) {
    this.file = file;
    read().forEach(known::put);
  }

  /** Those in a file, which need not exist. */
  static Choices of(Path file) {
    return new Choices(Optional.of(file));
  }

  /** None yet, and none will outlive the process. */
  public static Choices inMemory() {
    return new Choices(Optional.empty());
  }

  /**
   * The name of the fastest way.
   *
   * @param what was computed, and among which ways
   */
  public synchronized Optional<String> get(String what) {
    return Optional.ofNullable(known.getProperty(what));
  }

  /** Remembers the name of the fastest way. */
  public synchronized void put(String what, String fastest) {
    known.setProperty(what, fastest);
    unsaved = true;
  }

  /**
   * Writes what has been remembered since the last time, if anything, beside what other processes
   * have written meanwhile.
   */
  public synchronized void save() {
    if (file.isEmpty() || !unsaved) {
      return;
    }
    // Whatever cannot be written now will not be later, either.
    unsaved = false;
    read().forEach(known::putIfAbsent);
    Path path = file.get();
    try {
      Files.createDirectories(path.getParent());
      Path temporary = Files.createTempFile(path.getParent(), "choices", ".tmp");
      try {
        try (OutputStream out = Files.newOutputStream(temporary)) {
          known.store(out, null);
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.INFO, "{0} cannot be written: {1}", path, e);
    }
  }

  private Properties read() {
    Properties read = new Properties();
    if (file.isPresent()) {
      try (InputStream in = Files.newInputStream(file.get())) {
        read.load(in);
      } catch (NoSuchFileException e) {
        return read;
      } catch (IOException | IllegalArgumentException e) {
        LOGGER.log(System.Logger.Level.INFO, "{0} cannot be read: {1}", file.get(), e);
        return new Properties();
      }
    }
    return read;
  }
}
