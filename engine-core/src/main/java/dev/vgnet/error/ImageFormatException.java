package dev.vgnet.error;

import java.io.Serial;

/**
 * A picture that cannot be read: broken, of an unknown format, larger than allowed, or too large
 * for the memory that is left.
 */
public final class ImageFormatException extends EngineException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param image the picture's name, such as that of its file
   * @param problem what is wrong with it
   */
  public ImageFormatException(String image, String problem) {
    this(image, problem, null);
  }

  /**
   * @param image the picture's name, such as that of its file
   * @param problem what is wrong with it
   * @param cause the failure underneath, or null
   */
  public ImageFormatException(String image, String problem, Throwable cause) {
    super(image + ": " + problem, cause);
  }
}
