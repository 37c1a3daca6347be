package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A zip archive whose entries are slices of the mapped file. The central directory counts; each
 * local header must agree with it, and no two entries may share a byte, so that every reader of the
 * file sees the same content.
 */
final class ZipArchive {
  private record Content(ZipEntry entry, long start) {
    long end() {
      return start + entry.packed();
    }
  }

  private final ZipBytes file;
  private final Map<String, Content> contents = new LinkedHashMap<>();

  /**
   * Reads the directory; entries are checked as a whole only when they are asked for.
   *
   * @throws ModelFormatException if the directory is broken or contradicts the local headers
   */
  ZipArchive(MemorySegment file) {
    this.file = new ZipBytes(file);
    readEntries(ZipDirectory.find(this.file));
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
      throw new ModelFormatException("zip entry " + Printable.quoted(name), "is missing");
    }
    ZipEntry entry = content.entry();
    if (entry.encrypted()) {
      throw entry.error("is encrypted");
    }
    if (entry.method() != 0) {
      throw entry.error(
          ("is compressed (method %d), which torch.save never does; open it with torch.load and"
                  + " save it again")
              .formatted(entry.method()));
    }
    if (entry.packed() != entry.size()) {
      throw entry.error(
          "expected as many stored bytes as its size, %d, found %d"
              .formatted(entry.size(), entry.packed()));
    }
    MemorySegment bytes = file.file().asSlice(content.start(), entry.size());
    checkSum(entry, bytes);
    return bytes;
  }

  /** PyTorch writes a checksum of zero where it was told not to compute one. */
  private static void checkSum(ZipEntry entry, MemorySegment bytes) {
    if (entry.crc() == 0) {
      return;
    }
    CRC32 crc = new CRC32();
    long chunk = 1L << 30;
    for (long start = 0; start < bytes.byteSize(); start += chunk) {
      crc.update(bytes.asSlice(start, Math.min(chunk, bytes.byteSize() - start)).asByteBuffer());
    }
    if (crc.getValue() != entry.crc()) {
      throw entry.error(
          "is damaged: expected checksum %08x, found %08x".formatted(entry.crc(), crc.getValue()));
    }
  }

  private void readEntries(ZipDirectory directory) {
    long at = directory.start();
    long end = at + directory.size();
    for (long i = 0; i < directory.count(); i++) {
      if (at > end - ZipEntry.CENTRAL_SIZE || file.u32(at) != ZipEntry.CENTRAL_MAGIC) {
        throw ZipBytes.error(
            at, "expected directory entry %d of %d".formatted(i + 1, directory.count()));
      }
      int nameSize = file.u16(at + 28);
      int extraSize = file.u16(at + 30);
      long next = at + ZipEntry.CENTRAL_SIZE + nameSize + extraSize + file.u16(at + 32);
      if (next > end) {
        throw ZipBytes.error(at, "the directory entry goes on behind the directory");
      }
      ZipEntry entry = ZipEntry.read(file, at, nameSize, extraSize);
      Content content = new Content(entry, entry.contentStart(file, directory.start()));
      if (contents.put(entry.name(), content) != null) {
        throw ZipBytes.error(at, "a second entry is named " + Printable.quoted(entry.name()));
      }
      at = next;
    }
    if (at != end) {
      throw ZipBytes.error(
          at, "expected the end of the directory, found %d more bytes".formatted(end - at));
    }
    checkOverlap();
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
        throw content.entry().error("overlaps the entry before it");
      }
      end = content.end();
    }
  }
}
