package dev.vgnet.error;

/** Text that files bring along, made fit for messages and terminals. */
public final class Printable {
  private static final int MAX_LENGTH = 200;

  private Printable() {}

  /**
   * The text with everything that could move the cursor or break the line, or that XML may not
   * hold, written as an escape.
   */
  public static String of(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (isVisible(c)) {
                printable.appendCodePoint(c);
              } else {
                printable.append("\\u%04x".formatted(c));
              }
            });
    return printable.toString();
  }

  /** The same, but enough of a hostile name or value to find it, not a megabyte of it. */
  public static String shortened(String text) {
    return of(text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…");
  }

  /** The same in quotes. */
  public static String quoted(String text) {
    return '"' + shortened(text) + '"';
  }

  /** Whether UTF-8 can express a text: no half of a surrogate pair is in it. */
  public static boolean isUnicode(String text) {
    return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
  }

  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> (codePoint & 0xfffe) != 0xfffe; // these two of each plane are no characters
    };
  }
}
