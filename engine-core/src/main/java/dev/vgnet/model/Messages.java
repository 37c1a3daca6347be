package dev.vgnet.model;

/** What the messages of this package have in common. */
final class Messages {
  private static final int MAX_LENGTH = 200;

  private Messages() {}

  /** Enough of a hostile name or value to find it, not a megabyte of it. */
  static String shorten(String text) {
    return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
  }
}
