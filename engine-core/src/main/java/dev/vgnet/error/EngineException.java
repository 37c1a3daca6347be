package dev.vgnet.error;

import java.io.Serial;

/**
 * The root of every failure that the engine reports by itself: a broken file, a network it cannot
 * run, a device that is missing. Mistakes of the caller (a wrong shape, a closed session) are the
 * JDK's own {@link IllegalArgumentException} (of which {@link ImageShapeException} is one) and
 * {@link IllegalStateException}.
 */
public sealed class EngineException extends RuntimeException
    permits ModelFormatException,
        ImageFormatException,
        UnsupportedModelException,
        DeviceUnavailableException,
        DeviceMemoryException,
        DeviceFailedException {
  @Serial private static final long serialVersionUID = 1L;

  EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
