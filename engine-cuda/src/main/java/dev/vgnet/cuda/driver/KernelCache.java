package dev.vgnet.cuda.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Compiled kernels on disk, so that they are compiled once a machine. A file goes by the hash of
 * all that its content depends on, and ends with the hash of that content; one that is broken
 * counts as missing. Where nothing can be written, or no folder is known, kernels are compiled each
 * time.
 */
final class KernelCache {
  /** A system property: the folder to use instead of the user's cache. */
  static final String PROPERTY = "dev.vgnet.cuda.cache";

  private static final System.Logger LOGGER = System.getLogger(KernelCache.class.getName());

  private static final int HASH_BYTES = 32;

  private final Optional<Path> folder;

  /** On disk only if there is a folder. */
  KernelCache(Optional<Path> folder) {
    this.folder = folder;
  }

  static KernelCache ofUser() {
    return new KernelCache(
        folder(
            System.getProperty(PROPERTY),
            System.getenv("XDG_CACHE_HOME"),
            System.getProperty("user.home")));
  }

  /**
   * The one that settings name, of which blank ones say nothing, nor do relative ones of the system
   * (Java calls an unknown home "?").
   *
   * @param setting of this program, or null
   * @param caches where the user's caches are, or null
   */
  static Optional<Path> folder(String setting, String caches, String home) {
    return path(setting)
        .or(
            () ->
                path(caches)
                    .filter(Path::isAbsolute)
                    .or(() -> path(home).filter(Path::isAbsolute).map(of -> of.resolve(".cache")))
                    .map(of -> of.resolve("vgnet").resolve("cuda")));
  }

  private static Optional<Path> path(String setting) {
    return Optional.ofNullable(setting).filter(path -> !path.isBlank()).map(Path::of);
  }

  /**
   * The machine code for sources and options, compiled if it is not known.
   *
   * @param compiler its version
   */
  byte[] get(
      Map<String, String> files, List<String> options, String compiler, Supplier<byte[]> compile) {
    Optional<Path> file = file(hash(files, options, compiler) + ".cubin");
    return file.flatMap(KernelCache::read)
        .orElseGet(
            () -> {
              byte[] code = compile.get();
              file.ifPresent(path -> write(path, code));
              return code;
            });
  }

  /**
   * Where to keep what has been measured with the kernels of sources and options.
   *
   * @param key that they are kept under, beside them
   */
  Choices choices(Map<String, String> files, List<String> options, ChoiceKey key) {
    return file(hash(files, options, key.toString()) + ".choices")
        .map(Choices::of)
        .orElseGet(Choices::inMemory);
  }

  private Optional<Path> file(String name) {
    return folder.map(path -> path.resolve(name));
  }

  private static String hash(Map<String, String> files, List<String> options, String other) {
    MessageDigest key = sha256();
    files.forEach(
        (name, text) -> {
          update(key, name);
          update(key, text);
        });
    options.forEach(option -> update(key, option));
    update(key, other);
    return HexFormat.of().formatHex(key.digest());
  }

  private static Optional<byte[]> read(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int length = bytes.length - HASH_BYTES;
      if (length > 0) {
        byte[] code = Arrays.copyOf(bytes, length);
        byte[] hash = Arrays.copyOfRange(bytes, length, bytes.length);
        if (MessageDigest.isEqual(sha256().digest(code), hash)) {
          return Optional.of(code);
        }
      }
      LOGGER.log(System.Logger.Level.INFO, "{0} is broken; compiling again", file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.INFO, "{0} cannot be read: {1}", file, e);
    }
    return Optional.empty();
  }

  private static void write(Path file, byte[] code) {
    Path folder = file.getParent();
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "kernels", ".tmp");
      try {
        byte[] bytes = Arrays.copyOf(code, code.length + HASH_BYTES);
        System.arraycopy(sha256().digest(code), 0, bytes, code.length, HASH_BYTES);
        Files.write(temporary, bytes);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.INFO, "{0} cannot be written: {1}", file, e);
    }
  }

  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
