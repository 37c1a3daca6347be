package dev.vgnet.error;

/** Why something failed, in a word. */
public final class Reason {
  private Reason() {}

  /** The failure's own message, or its kind where it has none. */
  public static String of(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
