package dev.vgnet.cuda.program;

import dev.vgnet.error.DeviceUnavailableException;
import java.util.Locale;

/** Which kernels a step may use. */
public enum KernelChoice {
  /** Whatever was the fastest when it was measured on the device. */
  FASTEST,
  /** The engine's own, the fastest of them. */
  OWN,
  /** cuDNN's where it has some, the fastest of them. */
  CUDNN;

  /** A system property: one of these, in lower case; the fastest unless set. */
  public static final String PROPERTY = "dev.vgnet.cuda.kernels";

  /**
   * What the property says.
   *
   * @throws DeviceUnavailableException if that is none of these
   */
  public static KernelChoice ofUser() {
    String named = System.getProperty(PROPERTY, "fastest");
    for (KernelChoice choice : values()) {
      if (choice.name().toLowerCase(Locale.ROOT).equals(named)) {
        return choice;
      }
    }
    throw new DeviceUnavailableException(
        "-D%s: expected fastest, own or cudnn, found %s".formatted(PROPERTY, named));
  }

  boolean allowsOwn() {
    return this != CUDNN;
  }

  boolean allowsCudnn() {
    return this != OWN;
  }
}
