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
    if (Files.exists(output)) {
      for (Path input : inputs) {
        if (Files.exists(input) && Files.isSameFile(input, output)) {
          throw new UsageFailure(output + " is read: write to another file");
        }
      }
    }
  }
}
