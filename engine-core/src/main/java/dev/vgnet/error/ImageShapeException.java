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
   * What is said of images that no array has room for, or for whose output none has.
   *
   * @param images their shape
   */
  public static ImageShapeException tooLarge(Object images) {
    return new ImageShapeException("images " + images + " do not fit in an array");
  }

  /**
   * @param message the shape, and what is wrong with it
   * @param cause where in the network
   */
  public ImageShapeException(String message, Throwable cause) {
    super(message, cause);
  }
}
