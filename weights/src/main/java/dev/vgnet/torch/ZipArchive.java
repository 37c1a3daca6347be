package dev.vgnet.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.vgnet.error.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * A zip archive whose entries are slices of the mapped file. The central directory counts; each
 * local header must agree with it, and no two entries may share a byte, so that every reader of the
 * file sees the same content.
 */
final class ZipArchive {
  static final int LOCAL_MAGIC = 0x04034b50;
  static final int END_MAGIC = 0x06054b50;

  private static final int CENTRAL_MAGIC = 0x02014b50;
  private static final int END64_MAGIC = 0x06064b50;
  private static final int LOCATOR64_MAGIC = 0x07064b50;

  private static final int LOCAL_SIZE = 30;
  private static final int CENTRAL_SIZE = 46;
  private static final int END_SIZE = 22;
  private static final int END64_SIZE = 56;
  private static final int LOCATOR64_SIZE = 20;

  private static final int ZIP64_FIELD = 1;
  private static final long MAX_COMMENT = 0xffff;
  private static final long UNSIGNED_SHORT = 0xffffL;
  private static final long UNSIGNED_INT = 0xffffffffL;

  /** The longest central directory that is read: half a million entries of PyTorch. */
  private static final long MAX_DIRECTORY = 64L << 20;

  private static final int ENCRYPTED = 1;
  private static final int SIZES_FOLLOW = 1 << 3;

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private record Directory(long start, long size, long count) {}

  private record Entry(
      String name, int flags, int method, long crc, long packed, long size, long header) {}

  private record Content(Entry entry, long start) {
    long end() {
      return start + entry.packed();
    }
  }

  private final MemorySegment file;
  private final Map<String, Content> contents = new LinkedHashMap<>();

  /**
   * Reads the directory; entries are checked as a whole only when they are asked for.
   *
   * @throws ModelFormatException if the directory is broken or contradicts the local headers
   */
  ZipArchive(MemorySegment file) {
    this.file = file;
    readEntries(readDirectory());
  }

  /** The names of all entries, in the directory's order. */
  Set<String> names() {
    return contents.keySet();
  }

  /**
   * The bytes of an entry, a view of the file.
   *
   * @throws ModelFormatException if there is no such entry, or it is compressed, encrypted or does
   *     not match its checksum
   */
  MemorySegment read(String name) {
    Content content = contents.get(name);
    if (content == null) {
      throw new ModelFormatException("zip entry " + Quote.of(name), "is missing");
    }
    Entry entry = content.entry();
    if ((entry.flags() & ENCRYPTED) != 0) {
      throw error(entry, "is encrypted");
    }
    if (entry.method() != 0) {
      throw error(
          entry,
          ("is compressed (method %d), which torch.save never does; open it with torch.load and"
                  + " save it again")
              .formatted(entry.method()));
    }
    if (entry.packed() != entry.size()) {
      throw error(
          entry,
          "expected as many stored bytes as its size, %d, found %d"
              .formatted(entry.size(), entry.packed()));
    }
    MemorySegment bytes = file.asSlice(content.start(), entry.size());
    checkSum(entry, bytes);
    return bytes;
  }

  /** PyTorch writes a checksum of zero where it was told not to compute one. */
  private static void checkSum(Entry entry, MemorySegment bytes) {
    if (entry.crc() == 0) {
      return;
    }
    CRC32 crc = new CRC32();
    long chunk = 1L << 30;
    for (long start = 0; start < bytes.byteSize(); start += chunk) {
      crc.update(bytes.asSlice(start, Math.min(chunk, bytes.byteSize() - start)).asByteBuffer());
    }
    if (crc.getValue() != entry.crc()) {
      throw error(
          entry,
          "is damaged: expected checksum %08x, found %08x".formatted(entry.crc(), crc.getValue()));
    }
  }

  private Directory readDirectory() {
    long end = findEnd();
    if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != u16(end + 10)) {
      throw error(end, "archives of several parts are not supported");
    }
    Directory directory = new Directory(u32(end + 16), u32(end + 12), u16(end + 10));
    long directoryEnd = end;
    long locator = end - LOCATOR64_SIZE;
    if (locator >= 0 && u32(locator) == LOCATOR64_MAGIC) {
      directoryEnd = i64(locator + 8);
      directory = readDirectory64(directoryEnd, locator, directory);
    }
    if (directory.start() < 0
        || directory.size() < 0
        || directory.size() > MAX_DIRECTORY
        || directory.start() != directoryEnd - directory.size()
        || directory.count() < 0
        || directory.count() > directory.size() / CENTRAL_SIZE) {
      throw error(
          end,
          "expected a directory that ends at %d, found %d entries in %d bytes from %d"
              .formatted(directoryEnd, directory.count(), directory.size(), directory.start()));
    }
    return directory;
  }

  /** The end record is the last thing in the file but a comment, whose length it knows. */
  private long findEnd() {
    long size = file.byteSize();
    for (long at = size - END_SIZE; at >= Math.max(0, size - END_SIZE - MAX_COMMENT); at--) {
      if (u32(at) == END_MAGIC && at + END_SIZE + u16(at + 20) == size) {
        return at;
      }
    }
    throw new ModelFormatException(
        "zip archive",
        "has no end record, so the file is cut short or damaged; it has %d bytes".formatted(size));
  }

  private Directory readDirectory64(long at, long locator, Directory short32) {
    if (u32(locator + 4) != 0
        || u32(locator + 16) > 1
        || at < 0
        || at > locator - END64_SIZE
        || u32(at) != END64_MAGIC
        || i64(at + 4) != locator - at - 12
        || u32(at + 16) != 0
        || u32(at + 20) != 0
        || i64(at + 24) != i64(at + 32)) {
      throw error(locator, "expected the zip64 end record at %d".formatted(at));
    }
    Directory directory = new Directory(i64(at + 48), i64(at + 40), i64(at + 32));
    if (!agrees(short32.start(), directory.start(), UNSIGNED_INT)
        || !agrees(short32.size(), directory.size(), UNSIGNED_INT)
        || !agrees(short32.count(), directory.count(), UNSIGNED_SHORT)) {
      throw error(locator, "the two end records contradict each other");
    }
    return directory;
  }

  private static boolean agrees(long shortField, long field64, long unknown) {
    return shortField == unknown || shortField == field64;
  }

  private void readEntries(Directory directory) {
    long at = directory.start();
    long end = at + directory.size();
    for (long i = 0; i < directory.count(); i++) {
      if (at > end - CENTRAL_SIZE || u32(at) != CENTRAL_MAGIC) {
        throw error(at, "expected directory entry %d of %d".formatted(i + 1, directory.count()));
      }
      int nameSize = u16(at + 28);
      int extraSize = u16(at + 30);
      long next = at + CENTRAL_SIZE + nameSize + extraSize + u16(at + 32);
      if (next > end) {
        throw error(at, "the directory entry goes on behind the directory");
      }
      Entry entry = readEntry(at, nameSize, extraSize);
      Content content = new Content(entry, contentStart(entry, directory.start()));
      if (contents.put(entry.name(), content) != null) {
        throw error(at, "a second entry is named " + Quote.of(entry.name()));
      }
      at = next;
    }
    if (at != end) {
      throw error(at, "expected the end of the directory, found %d more bytes".formatted(end - at));
    }
    checkOverlap();
  }

  private Entry readEntry(long at, int nameSize, int extraSize) {
    String name = text(at + CENTRAL_SIZE, nameSize);
    if (!isPlain(name)) {
      throw error(at, "the entry name %s is not a plain relative path".formatted(Quote.of(name)));
    }
    long extra = at + CENTRAL_SIZE + nameSize;
    Zip64Fields wide = new Zip64Fields(extra, extra + extraSize);
    long size = wide.widen(u32(at + 24));
    long packed = wide.widen(u32(at + 20));
    long header = wide.widen(u32(at + 42));
    return new Entry(name, u16(at + 8), u16(at + 10), u32(at + 16), packed, size, header);
  }

  /** Fields of 64 bits that replace, in a fixed order, those of 32 bits that are too small. */
  private final class Zip64Fields {
    private long position;
    private long end;

    Zip64Fields(long start, long limit) {
      long at = start;
      while (at <= limit - 4) {
        long next = at + 4 + u16(at + 2);
        if (next <= limit && u16(at) == ZIP64_FIELD) {
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
        throw error(position, "a zip64 field is missing");
      }
      long value = i64(position);
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

  private long contentStart(Entry entry, long limit) {
    long at = entry.header();
    if (at < 0 || at > limit - LOCAL_SIZE || u32(at) != LOCAL_MAGIC) {
      throw error(entry, "expected its local header at offset %d".formatted(at));
    }
    int nameSize = u16(at + 26);
    long start = at + LOCAL_SIZE + nameSize + u16(at + 28);
    if (start > limit || entry.packed() < 0 || entry.packed() > limit - start) {
      throw error(
          entry,
          "expected %s bytes from offset %d, found %d"
              .formatted(Long.toUnsignedString(entry.packed()), start, limit - start));
    }
    String name = text(at + LOCAL_SIZE, nameSize);
    if (!name.equals(entry.name())) {
      throw error(entry, "is named %s in its local header".formatted(Quote.of(name)));
    }
    boolean follow = (u16(at + 6) & SIZES_FOLLOW) != 0;
    if (u16(at + 6) != entry.flags()
        || u16(at + 8) != entry.method()
        || !agreesLocally(u32(at + 14), entry.crc(), follow)
        || !agreesLocally(u32(at + 18), entry.packed(), follow)
        || !agreesLocally(u32(at + 22), entry.size(), follow)) {
      throw error(entry, "its local header contradicts the directory");
    }
    return start;
  }

  private static boolean agreesLocally(long field, long value, boolean follow) {
    return field == value || field == UNSIGNED_INT || (field == 0 && follow);
  }

  private void checkOverlap() {
    Iterator<Content> ordered =
        contents.values().stream()
            .sorted(Comparator.comparingLong(content -> content.entry().header()))
            .iterator();
    long end = 0;
    while (ordered.hasNext()) {
      Content content = ordered.next();
      if (content.entry().header() < end) {
        throw error(content.entry(), "overlaps the entry before it");
      }
      end = content.end();
    }
  }

  private String text(long at, int size) {
    return new String(file.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
  }

  private int u16(long at) {
    return file.get(I16, at) & 0xffff;
  }

  private long u32(long at) {
    return Integer.toUnsignedLong(file.get(I32, at));
  }

  private long i64(long at) {
    return file.get(I64, at);
  }

  private static ModelFormatException error(long at, String problem) {
    return new ModelFormatException("zip archive, offset " + at, problem);
  }

  private static ModelFormatException error(Entry entry, String problem) {
    return new ModelFormatException("zip entry " + Quote.of(entry.name()), problem);
  }
}
