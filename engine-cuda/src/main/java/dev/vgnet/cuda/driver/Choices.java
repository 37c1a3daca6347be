package dev.vgnet.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;

/**
 * Which way to compute was the fastest when it was measured, by what was computed, and which ways
 * are not to be tried: in memory and, so that it is found out once a machine, in a file that
 * processes share. A file that cannot be read or written only means that all is measured again.
 * Safe for any thread.
 */
public final class Choices {
  /**
   * To be raised with every change to which ways are offered, what one of a certain name does, or
   * what a way must prove before it is taken: what an older version has chosen is then measured
   * again, as a name says nothing of these.
   */
  static final int WAYS = 3;

  private static final System.Logger LOGGER = System.getLogger(Choices.class.getName());

  private static final String ONCE = "once";
  private static final String FOR_GOOD = "for good";

  private final Optional<Path> file;

  /** What the file holds, too. */
  private final Properties known = new Properties();

  /** What may be chosen otherwise another time. */
  private final Map<String, String> passing = new HashMap<>();

  private boolean writable;

  private Choices(Optional<Path> file) {
    this.file = file;
    writable = file.isPresent();
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
    return Optional.ofNullable(known.getProperty(what, passing.get(what)));
  }

  /** Remembers the name of the fastest way, on disk, too. */
  public synchronized void put(String what, String fastest) {
    known.setProperty(what, fastest);
    save();
  }

  /** Remembers the name of a way for as long as this lives. */
  public synchronized void putForNow(String what, String fastest) {
    passing.put(what, fastest);
  }

  /** Forgets choices, on disk, too, by the names of the ways. */
  public synchronized void forget(Predicate<String> ways) {
    read().forEach(known::putIfAbsent);
    known.values().removeIf(way -> ways.test(way.toString()));
    passing.values().removeIf(ways);
    write();
  }

  /** Whether a way is not to be tried again. */
  public synchronized boolean excludes(String what, String way) {
    return FOR_GOOD.equals(known.getProperty(failure(what, way)));
  }

  /** A way is not to be tried again. */
  public synchronized void exclude(String what, String way) {
    known.setProperty(failure(what, way), FOR_GOOD);
    save();
  }

  /** A way has failed without harm: it is not to be tried again if it had before. */
  public synchronized void failed(String what, String way) {
    String failure = failure(what, way);
    known.setProperty(failure, known.containsKey(failure) ? FOR_GOOD : ONCE);
    save();
  }

  /** What is computed starts with other words. */
  private static String failure(String what, String way) {
    return "failed " + way + ": " + what;
  }

  /** Writes what is known, beside what other processes have written meanwhile. */
  private void save() {
    read().forEach(known::putIfAbsent);
    write();
  }

  /** Whatever cannot be written now will not be later, either. */
  private void write() {
    if (!writable) {
      return;
    }
    Path path = file.orElseThrow();
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
      writable = false;
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
