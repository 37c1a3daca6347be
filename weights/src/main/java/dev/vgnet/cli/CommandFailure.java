package dev.vgnet.cli;

import java.io.Serial;

/** Something the user asked for that cannot be done; the message is all they need. */
final class CommandFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  CommandFailure(String message) {
    super(message);
  }
}
