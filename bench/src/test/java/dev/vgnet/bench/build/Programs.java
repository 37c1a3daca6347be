package dev.vgnet.bench.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** What scripts find on their path. */
final class Programs {
  private Programs() {}

  static boolean isInstalled(String name) throws IOException, InterruptedException {
    return new ProcessBuilder("bash", "-c", "command -v " + name).start().waitFor() == 0;
  }

  static void install(Path program, String script) throws IOException {
    Files.writeString(program, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes a folder with some of this machine's programs and no others, to be a whole path. */
  static Path only(Path folder, List<String> names) throws IOException {
    Files.createDirectory(folder);
    for (String name : names) {
      install(
          folder.resolve(name),
          "exec \"$(PATH='%s' command -v %s)\" \"$@\"\n".formatted(System.getenv("PATH"), name));
    }
    return folder;
  }
}
