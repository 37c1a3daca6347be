package dev.vgnet.error;

import java.io.Serial;

/** A device that failed at work. What a session computes afterwards is not to be trusted. */
public final class DeviceFailedException extends EngineException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message what was tried, and the device's own word
   */
  public DeviceFailedException(String message) {
    super(message, null);
  }
}
