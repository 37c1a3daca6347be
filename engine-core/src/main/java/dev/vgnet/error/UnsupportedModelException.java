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
}
