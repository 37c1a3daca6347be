package dev.vgnet.cli;

import dev.vgnet.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file that a command writes. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Says before the work what would be known after it only.
   *
   * @param inputs the files that the command reads; one that is missing is for others to tell
   * @throws UsageFailure if the output would replace one of them
   * @throws IOException if it cannot be written
   */
  static void check(Path output, List<Path> inputs) throws IOException {
    AtomicFile.requireWritable(output);
    for (Path input : inputs) {
      if (areSame(input, output)) {
        throw new UsageFailure(output + " is read: write to another file");
      }
    }
  }

  /**
   * Refuses two outputs in one file, of which the second would replace the first.
   *
   * @throws UsageFailure if they are the same
   */
  static void checkDistinct(Path output, Path other) throws IOException {
    if (areSame(output, other)) {
      throw new UsageFailure(other + " is written twice: name another file");
    }
  }

  private static boolean areSame(Path a, Path b) throws IOException {
    return Files.exists(a) && Files.exists(b)
        ? Files.isSameFile(a, b)
        : a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
  }
}
