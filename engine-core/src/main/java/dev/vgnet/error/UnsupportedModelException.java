package dev.vgnet.error;

import java.io.Serial;

/** A well-formed model or checkpoint that this engine, or the chosen backend, cannot run. */
public final class UnsupportedModelException extends EngineException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message what is not supported, and where it stands
   */
  public UnsupportedModelException(String message) {
    super(message, null);
  }

  /**
   * The same failure, with the file's name in front.
   *
   * @param file the file's name
   */
  public UnsupportedModelException inFile(Object file) {
    return new UnsupportedModelException(file + ": " + getMessage(), this);
  }

  private UnsupportedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
