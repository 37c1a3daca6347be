package dev.vgnet.bench.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.cli.CommandFailure;
import dev.vgnet.model.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What measurements write, and read again. */
public final class OutputFiles {
  private OutputFiles() {}

  /**
   * Makes a folder if there is none.
   *
   * @throws CommandFailure if it is something else
   * @throws IOException if it cannot be made or written to, so that nothing is measured in vain
   */
  public static void makeFolder(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CommandFailure(folder + " is not a folder");
    }
    Files.createDirectories(folder);
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
  }

  /** Replaces a file as a whole. */
  public static void write(Path path, String text) throws IOException {
    AtomicFile.write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads an object of JSON.
   *
   * @throws CommandFailure if the file holds anything else
   */
  public static Map<String, Object> readJson(Path path) throws IOException {
    byte[] content = Files.readAllBytes(path);
    try {
      return JSON.std.mapFrom(content);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : ": line %d, column %d"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw new CommandFailure(path + " is not a JSON object" + where, e);
    }
  }
}
