package dev.vgnet.torch;

/** Text of a file, made fit for a message. */
final class Quote {
  private static final int MAX_LENGTH = 200;

  private Quote() {}

  /** In quotes, on one line, and cut where it is too long to read. */
  static String of(String text) {
    String start = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    StringBuilder quoted = new StringBuilder("\"");
    start
        .codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                quoted.append("\\u%04x".formatted(c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    return quoted.append('"').toString();
  }
}
