package dev.vgnet.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where NVIDIA's libraries are looked for. */
final class Folders {
  /** A system property: folders to look in first, separated as in a class path. */
  static final String PROPERTY = "dev.vgnet.cuda.path";

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private static final List<String> SYSTEM =
      List.of(
          "/usr/local/cuda/lib64",
          "/usr/local/cuda/lib",
          "/usr/local/nvidia/lib64",
          "/usr/local/nvidia/lib",
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/lib/wsl/lib",
          "/run/opengl-driver/lib");

  private Folders() {}

  /** Those that exist, each once, in the order in which they are searched. */
  static List<Path> all() {
    Stream<Path> named =
        Stream.of(System.getProperty(PROPERTY), System.getenv("LD_LIBRARY_PATH"))
            .flatMap(Folders::split);
    return Stream.of(
            named,
            installed(Path.of("/usr/local"), "cuda-13*").map(cuda -> cuda.resolve("lib64")),
            SYSTEM.stream().map(Path::of))
        .flatMap(folders -> folders)
        .filter(Files::isDirectory)
        .distinct()
        .toList();
  }

  private static Stream<Path> split(String folders) {
    if (folders == null) {
      return Stream.empty();
    }
    List<Path> paths = new ArrayList<>();
    for (String folder : folders.split(File.pathSeparator)) {
      try {
        if (!folder.isBlank()) {
          paths.add(Path.of(folder));
        }
      } catch (InvalidPathException e) {
        // What is no path holds no library.
        continue;
      }
    }
    return paths.stream();
  }

  /** Folders of certain names, the highest version first. */
  static Stream<Path> installed(Path parent, String names) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, names)) {
      folders.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      // A folder that cannot be listed is one where nothing is found; the report names the others.
      return Stream.empty();
    }
    return found.stream().sorted(Comparator.comparing(Folders::aligned).reversed());
  }

  /** Text that sorts by the numbers in it. */
  private static String aligned(Path path) {
    return NUMBER.matcher(path.toString()).replaceAll(number -> "%9s".formatted(number.group()));
  }
}
