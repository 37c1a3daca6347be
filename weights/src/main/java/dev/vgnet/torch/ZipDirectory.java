package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;

/**
 * Where the central directory of an archive is, as its end records say.
 *
 * @param count of its entries
 */
record ZipDirectory(long start, long size, long count) {
  static final int END_MAGIC = 0x06054b50;

  private static final int END64_MAGIC = 0x06064b50;
  private static final int LOCATOR64_MAGIC = 0x07064b50;

  private static final int END_SIZE = 22;
  private static final int END64_SIZE = 56;
  private static final int LOCATOR64_SIZE = 20;

  private static final long MAX_COMMENT = 0xffff;
  private static final long UNSIGNED_SHORT = 0xffffL;
  private static final long UNSIGNED_INT = 0xffffffffL;

  /** The longest that is read: half a million entries of PyTorch. */
  private static final long MAX_SIZE = 64L << 20;

  /**
   * Reads the end records.
   *
   * @throws ModelFormatException if there are none, or they contradict each other or the file
   */
  static ZipDirectory find(ZipBytes file) {
    long end = findEnd(file);
    if (file.u16(end + 4) != 0
        || file.u16(end + 6) != 0
        || file.u16(end + 8) != file.u16(end + 10)) {
      throw ZipBytes.error(end, "archives of several parts are not supported");
    }
    ZipDirectory directory =
        new ZipDirectory(file.u32(end + 16), file.u32(end + 12), file.u16(end + 10));
    long directoryEnd = end;
    long locator = end - LOCATOR64_SIZE;
    if (locator >= 0 && file.u32(locator) == LOCATOR64_MAGIC) {
      directoryEnd = file.i64(locator + 8);
      directory = read64(file, directoryEnd, locator, directory);
    }
    if (directory.start() < 0
        || directory.size() < 0
        || directory.size() > MAX_SIZE
        || directory.start() != directoryEnd - directory.size()
        || directory.count() < 0
        || directory.count() > directory.size() / ZipEntry.CENTRAL_SIZE) {
      throw ZipBytes.error(
          end,
          "expected a directory that ends at %d, found %d entries in %d bytes from %d"
              .formatted(directoryEnd, directory.count(), directory.size(), directory.start()));
    }
    return directory;
  }

  /** The end record is the last thing in the file but a comment, whose length it knows. */
  private static long findEnd(ZipBytes file) {
    long size = file.size();
    for (long at = size - END_SIZE; at >= Math.max(0, size - END_SIZE - MAX_COMMENT); at--) {
      if (file.u32(at) == END_MAGIC && at + END_SIZE + file.u16(at + 20) == size) {
        return at;
      }
    }
    throw new ModelFormatException(
        "zip archive",
        "has no end record, so the file is cut short or damaged; it has %d bytes".formatted(size));
  }

  private static ZipDirectory read64(ZipBytes file, long at, long locator, ZipDirectory short32) {
    if (file.u32(locator + 4) != 0
        || file.u32(locator + 16) > 1
        || at < 0
        || at > locator - END64_SIZE
        || file.u32(at) != END64_MAGIC
        || file.i64(at + 4) != locator - at - 12
        || file.u32(at + 16) != 0
        || file.u32(at + 20) != 0
        || file.i64(at + 24) != file.i64(at + 32)) {
      throw ZipBytes.error(locator, "expected the zip64 end record at %d".formatted(at));
    }
    ZipDirectory directory =
        new ZipDirectory(file.i64(at + 48), file.i64(at + 40), file.i64(at + 32));
    if (!agrees(short32.start(), directory.start(), UNSIGNED_INT)
        || !agrees(short32.size(), directory.size(), UNSIGNED_INT)
        || !agrees(short32.count(), directory.count(), UNSIGNED_SHORT)) {
      throw ZipBytes.error(locator, "the two end records contradict each other");
    }
    return directory;
  }

  private static boolean agrees(long shortField, long field64, long unknown) {
    return shortField == unknown || shortField == field64;
  }
}
