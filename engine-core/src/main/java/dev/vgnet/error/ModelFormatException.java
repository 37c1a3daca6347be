package dev.vgnet.error;

import java.io.Serial;

/**
 * A file, or bytes that claim to be one, that do not follow their format. The message says where
 * (file, byte offset, tensor or node) and what was expected and found.
 */
public final class ModelFormatException extends EngineException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param where the place: {@code "tensor features.stem.0.weight"}, {@code "offset 17"}
   * @param problem what is wrong there: {@code "expected shape [28, 3, 3, 3], found [32, 3, 3, 3]"}
   */
  public ModelFormatException(String where, String problem) {
    this(where, problem, null);
  }

  /**
   * @param where the place, as above
   * @param problem what is wrong there
   * @param cause the failure underneath, or null
   */
  public ModelFormatException(String where, String problem, Throwable cause) {
    super(where + ": " + problem, cause);
  }

  /**
   * The same failure, with the file's name in front.
   *
   * @param file the file's name
   */
  public ModelFormatException inFile(Object file) {
    return new ModelFormatException(file.toString(), getMessage(), this);
  }
}
