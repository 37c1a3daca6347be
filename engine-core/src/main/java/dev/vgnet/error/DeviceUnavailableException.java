package dev.vgnet.error;

import java.io.Serial;

/** A device or backend that was asked for by name and cannot be used here. */
public final class DeviceUnavailableException extends EngineException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message the reason and the remedy
   */
  public DeviceUnavailableException(String message) {
    super(message, null);
  }
}
