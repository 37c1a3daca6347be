package dev.vgnet.error;

import java.io.Serial;

/**
 * A device has too little free memory for what was asked of it. The session it was asked of remains
 * usable, such as for smaller batches.
 */
public final class DeviceMemoryException extends EngineException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message how much was asked for, and how much there is
   */
  public DeviceMemoryException(String message) {
    super(message, null);
  }
}
