package dev.vgnet.error;

import java.io.Serial;

/**
 * Images of a shape that a network does not accept, or that no array has room for. The mistake is
 * the caller's, and often that of a user who chose the size.
 */
public final class ImageShapeException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message the shape, and what is wrong with it
   */
  public ImageShapeException(String message) {
    super(message);
  }

  /**
   * @param message the shape, and what is wrong with it
   * @param cause where in the network
   */
  public ImageShapeException(String message, Throwable cause) {
    super(message, cause);
  }
}
