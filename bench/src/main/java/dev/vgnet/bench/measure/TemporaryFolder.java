package dev.vgnet.bench.measure;

import dev.vgnet.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where this process and the JVMs that it starts put what nobody needs afterwards. The folder is
 * deleted when the process ends, interrupted or not, and those JVMs with it; what a process left
 * that was killed goes when the next one makes its own. For any thread.
 */
public final class TemporaryFolder {
  private static final String PREFIX = "vgnet-bench-";

  /** With the process that it belongs to. */
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-\\d+");

  private static Path path;
  private static volatile boolean ending;

  private TemporaryFolder() {}

  /**
   * The folder, which is made when it is first asked for.
   *
   * @throws CommandFailure if it cannot be made
   */
  public static synchronized Path path() {
    if (path == null) {
      Path parent = Path.of(System.getProperty("java.io.tmpdir"));
      try {
        path = Files.createTempDirectory(parent, PREFIX + ProcessHandle.current().pid() + "-");
        Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFolder::end));
        sweep(parent);
      } catch (IOException e) {
        throw new CommandFailure("no room for temporary files: " + e.getMessage(), e);
      }
    }
    return path;
  }

  /** What makes a JVM put its temporary files there. */
  static List<String> jvmFlags() {
    return List.of("-Djava.io.tmpdir=" + path());
  }

  /**
   * Does not return while this process is being ended: what its JVMs fail at then is no result, and
   * nothing may be started any more.
   */
  static void awaitEnd() {
    while (ending) {
      LockSupport.park();
    }
  }

  private static void end() {
    ending = true;
    CompletableFuture.allOf(
            ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::destroyForcibly)
                .map(ProcessHandle::onExit)
                .toArray(CompletableFuture[]::new))
        .join();
    delete(path);
  }

  /** Deletes the folders of processes that are no more. */
  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (isAbandoned(folder)) {
          delete(folder);
        }
      }
    }
  }

  private static boolean isAbandoned(Path folder) {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    return name.matches()
        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
  }

  private static void delete(Path folder) {
    try {
      Files.walkFileTree(folder, new Deletion());
    } catch (IOException e) {
      // Another user's, or another process sweeps, too; who starts next tries again.
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
