package dev.vgnet.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.vgnet.error.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The mapped file of a zip archive; all numbers in it are little-endian. */
record ZipBytes(MemorySegment file) {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  long size() {
    return file.byteSize();
  }

  String text(long at, int size) {
    return new String(file.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
  }

  int u16(long at) {
    return file.get(I16, at) & 0xffff;
  }

  long u32(long at) {
    return Integer.toUnsignedLong(file.get(I32, at));
  }

  long i64(long at) {
    return file.get(I64, at);
  }

  /** What is wrong at an offset. */
  static ModelFormatException error(long at, String problem) {
    return new ModelFormatException("zip archive, offset " + at, problem);
  }
}
