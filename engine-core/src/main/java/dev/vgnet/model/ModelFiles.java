package dev.vgnet.model;

import java.io.IOException;
import java.nio.file.Path;

/** Reads and writes weight files: safetensors files whose metadata carries the graph. */
public final class ModelFiles {
  private ModelFiles() {}

  /**
   * Maps and checks a weight file.
   *
   * @throws dev.vgnet.error.ModelFormatException if it is no valid weight file
   * @throws IOException if it cannot be read
   */
  public static ModelFile read(Path path) throws IOException {
    throw new IOException("being written");
  }
}
