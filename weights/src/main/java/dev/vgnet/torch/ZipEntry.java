package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.util.stream.Stream;

/**
 * An entry of an archive, as the central directory describes it.
 *
 * @param flags of the format
 * @param method of compression; 0 is none
 * @param crc the checksum
 * @param packed bytes in the file
 * @param size bytes of the content
 * @param header offset of the local header
 */
record ZipEntry(String name, int flags, int method, long crc, long packed, long size, long header) {
  static final int CENTRAL_MAGIC = 0x02014b50;
  static final int CENTRAL_SIZE = 46;
  static final int LOCAL_MAGIC = 0x04034b50;

  private static final int LOCAL_SIZE = 30;
  private static final int ZIP64_FIELD = 1;
  private static final long UNSIGNED_INT = 0xffffffffL;

  private static final int ENCRYPTED = 1;
  private static final int SIZES_FOLLOW = 1 << 3;

  /**
   * Reads an entry of the central directory.
   *
   * @param at its offset
   * @param nameSize bytes of its name
   * @param extraSize bytes of the fields behind that
   */
  static ZipEntry read(ZipBytes file, long at, int nameSize, int extraSize) {
    String name = file.text(at + CENTRAL_SIZE, nameSize);
    if (!isPlain(name)) {
      throw ZipBytes.error(
          at, "the entry name %s is not a plain relative path".formatted(Printable.quoted(name)));
    }
    long extra = at + CENTRAL_SIZE + nameSize;
    Zip64Fields wide = new Zip64Fields(file, extra, extra + extraSize);
    long size = wide.widen(file.u32(at + 24));
    long packed = wide.widen(file.u32(at + 20));
    long header = wide.widen(file.u32(at + 42));
    return new ZipEntry(
        name, file.u16(at + 8), file.u16(at + 10), file.u32(at + 16), packed, size, header);
  }

  /** Fields of 64 bits that replace, in a fixed order, those of 32 bits that are too small. */
  private static final class Zip64Fields {
    private final ZipBytes file;
    private long position;
    private long end;

    Zip64Fields(ZipBytes file, long start, long limit) {
      this.file = file;
      this.position = start;
      this.end = start;
      long at = start;
      while (at <= limit - 4) {
        long next = at + 4 + file.u16(at + 2);
        if (next <= limit && file.u16(at) == ZIP64_FIELD) {
          position = at + 4;
          end = next;
          return;
        }
        at = next;
      }
    }

    long widen(long field) {
      if (field != UNSIGNED_INT) {
        return field;
      }
      if (position > end - 8) {
        throw ZipBytes.error(position, "a zip64 field is missing");
      }
      long value = file.i64(position);
      position += 8;
      return value;
    }
  }

  /** Nothing is unpacked, but such names have no place in a checkpoint. */
  private static boolean isPlain(String name) {
    return name.chars().allMatch(c -> c >= ' ' && c != '\\')
        && !name.startsWith("/")
        && Stream.of(name.split("/"))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  /**
   * The offset of the content, behind a local header that says the same.
   *
   * @param limit where it must have ended
   */
  long contentStart(ZipBytes file, long limit) {
    long at = header;
    if (at < 0 || at > limit - LOCAL_SIZE || file.u32(at) != LOCAL_MAGIC) {
      throw error("expected its local header at offset %d".formatted(at));
    }
    int nameSize = file.u16(at + 26);
    long start = at + LOCAL_SIZE + nameSize + file.u16(at + 28);
    if (start > limit || packed < 0 || packed > limit - start) {
      throw error(
          "expected %s bytes from offset %d, found %d"
              .formatted(Long.toUnsignedString(packed), start, limit - start));
    }
    String localName = file.text(at + LOCAL_SIZE, nameSize);
    if (!localName.equals(name)) {
      throw error("is named %s in its local header".formatted(Printable.quoted(localName)));
    }
    boolean follow = (file.u16(at + 6) & SIZES_FOLLOW) != 0;
    if (file.u16(at + 6) != flags
        || file.u16(at + 8) != method
        || !agreesLocally(file.u32(at + 14), crc, follow)
        || !agreesLocally(file.u32(at + 18), packed, follow)
        || !agreesLocally(file.u32(at + 22), size, follow)) {
      throw error("its local header contradicts the directory");
    }
    return start;
  }

  private static boolean agreesLocally(long field, long value, boolean follow) {
    return field == value || field == UNSIGNED_INT || (field == 0 && follow);
  }

  boolean encrypted() {
    return (flags & ENCRYPTED) != 0;
  }

  /** What is wrong with this entry. */
  ModelFormatException error(String problem) {
    return new ModelFormatException("zip entry " + Printable.quoted(name), problem);
  }
}
