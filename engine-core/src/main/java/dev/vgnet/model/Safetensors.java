package dev.vgnet.model;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of a <a href="https://huggingface.co/docs/safetensors">safetensors</a> file: named
 * tensors and a map of strings. Immutable.
 *
 * @param tensors by name; a file that was read gives them in the order of their bytes
 * @param metadata what {@code __metadata__} says; empty if the file has none
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
  /** The header's own key, which no tensor can have as its name. */
  static final String METADATA_KEY = "__metadata__";

  /** The longest header that the format allows, in bytes. */
  static final int MAX_HEADER_SIZE = 100_000_000;

  /**
   * @throws IllegalArgumentException if a tensor is named {@code __metadata__}, or a name or text
   *     holds half a surrogate pair, which UTF-8 cannot express
   */
  public Safetensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    if (tensors.containsKey(METADATA_KEY)) {
      throw new IllegalArgumentException("a tensor is named " + METADATA_KEY);
    }
    tensors.keySet().forEach(Safetensors::requireText);
    metadata.forEach(
        (key, value) -> {
          requireText(key);
          requireText(value);
        });
  }

  /**
   * Maps a file into memory and checks it; the tensors are views of the mapping, so nothing but the
   * header is read. The file must not be changed while a tensor is in use.
   *
   * @throws ModelFormatException if the file breaks a rule of the format
   * @throws IOException if it cannot be read
   */
  public static Safetensors read(Path path) throws IOException {
    MemorySegment file = MappedFile.map(path);
    try {
      return read(file);
    } catch (ModelFormatException e) {
      throw e.inFile(path);
    }
  }

  /**
   * Checks a file's bytes; the tensors are views of them, so they must not change afterwards.
   *
   * @throws ModelFormatException if they break a rule of the format
   */
  public static Safetensors read(MemorySegment file) {
    return SafetensorsReader.read(file);
  }

  /**
   * Writes a file as a whole: under a temporary name beside {@code path} first, so that whoever
   * opens {@code path} finds the old content or the new, never a part. An older file is replaced.
   *
   * @throws IllegalArgumentException if the header would be longer than the format allows
   * @throws IOException if it cannot be written; {@code path} is then as it was
   */
  public void write(Path path) throws IOException {
    SafetensorsWriter.write(this, path);
  }

  private static void requireText(String text) {
    if (!Printable.isUnicode(text)) {
      throw new IllegalArgumentException("half a surrogate pair in a name or text");
    }
  }
}
