package dev.vgnet.cli;

import java.io.Serial;

/** Something the user asked for that cannot be done; the message is all they need. */
public class CommandFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message what cannot be done, and why
   */
  public CommandFailure(String message) {
    super(message);
  }

  /**
   * @param message what cannot be done, and why
   * @param cause for developers
   */
  public CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
