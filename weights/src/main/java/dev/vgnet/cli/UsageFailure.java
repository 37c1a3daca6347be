package dev.vgnet.cli;

import java.io.Serial;

/** A command line that is wrong wherever it is run; the message names the option. */
public final class UsageFailure extends CommandFailure {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong
   */
  public UsageFailure(String message) {
    super(message);
  }
}
