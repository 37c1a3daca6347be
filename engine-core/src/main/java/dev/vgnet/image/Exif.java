package dev.vgnet.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the EXIF orientation of a picture. EXIF tags are a TIFF stream (TIFF 6.0, section 2): what
 * a TIFF file is, and what JPEG and PNG files may hold. Where the tags are missing or broken the
 * picture is taken to be upright, since it can be read without them.
 */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int SIGNED_SHORT = 8;
  private static final int SIGNED_LONG = 9;
  private static final int TIFF_LITTLE_ENDIAN = 0x49492a00;
  private static final int TIFF_BIG_ENDIAN = 0x4d4d002a;
  private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int PNG_EXIF_CHUNK = 0x65584966;
  private static final int ENTRY_BYTES = 12;

  /** {@code Exif} and two zeros: stands before the tags in JPEG, and of some writers in PNG. */
  private static final int PREFIX = 0x45786966;

  private static final int PREFIX_BYTES = 6;

  private Exif() {}

  /**
   * The orientation that a PNG or TIFF file states.
   *
   * @param file all of its bytes; a file of another format is upright
   */
  static Orientation ofFile(ByteBuffer file) {
    if (file.remaining() >= 8 && file.getLong(0) == PNG_SIGNATURE) {
      return ofPng(file);
    }
    return ofTiff(file);
  }

  private static Orientation ofPng(ByteBuffer file) {
    long chunk = 8;
    while (chunk + 8 <= file.limit()) {
      int length = file.getInt((int) chunk);
      if (length < 0 || chunk + 8 + length > file.limit()) {
        break;
      }
      if (file.getInt((int) chunk + 4) == PNG_EXIF_CHUNK) {
        return ofTiff(withoutPrefix(file.slice((int) chunk + 8, length)));
      }
      chunk += 12L + length;
    }
    return Orientation.UPRIGHT;
  }

  private static ByteBuffer withoutPrefix(ByteBuffer tags) {
    boolean prefixed =
        tags.remaining() >= PREFIX_BYTES && tags.getInt(0) == PREFIX && tags.getShort(4) == 0;
    return prefixed ? tags.slice(PREFIX_BYTES, tags.remaining() - PREFIX_BYTES) : tags;
  }

  /**
   * The orientation that a TIFF stream states.
   *
   * @param stream from its first byte; an empty one is upright
   */
  static Orientation ofTiff(ByteBuffer stream) {
    if (stream.remaining() < 8) {
      return Orientation.UPRIGHT;
    }
    ByteBuffer tiff = stream.slice();
    switch (tiff.getInt(0)) {
      case TIFF_LITTLE_ENDIAN -> tiff.order(ByteOrder.LITTLE_ENDIAN);
      case TIFF_BIG_ENDIAN -> tiff.order(ByteOrder.BIG_ENDIAN);
      default -> {
        return Orientation.UPRIGHT;
      }
    }
    long directory = Integer.toUnsignedLong(tiff.getInt(4));
    if (directory + 2 > tiff.limit()) {
      return Orientation.UPRIGHT;
    }
    int entry = (int) directory + 2;
    int entries = Short.toUnsignedInt(tiff.getShort((int) directory));
    for (int i = 0; i < entries && entry + ENTRY_BYTES <= tiff.limit(); i++) {
      if (Short.toUnsignedInt(tiff.getShort(entry)) == ORIENTATION) {
        return ofField(tiff, entry);
      }
      entry += ENTRY_BYTES;
    }
    return Orientation.UPRIGHT;
  }

  /** Of several values the first is taken, as by PIL. */
  private static Orientation ofField(ByteBuffer tiff, int entry) {
    int valueBytes =
        switch (tiff.getShort(entry + 2)) {
          case SHORT, SIGNED_SHORT -> Short.BYTES;
          case LONG, SIGNED_LONG -> Integer.BYTES;
          default -> 0;
        };
    long bytes = valueBytes * Integer.toUnsignedLong(tiff.getInt(entry + 4));
    long values =
        bytes <= Integer.BYTES ? entry + 8 : Integer.toUnsignedLong(tiff.getInt(entry + 8));
    if (bytes == 0 || values + bytes > tiff.limit()) {
      return Orientation.UPRIGHT;
    }
    int at = (int) values;
    return Orientation.ofTag(valueBytes == Short.BYTES ? tiff.getShort(at) : tiff.getInt(at));
  }
}
