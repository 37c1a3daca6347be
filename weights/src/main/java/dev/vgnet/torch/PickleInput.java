package dev.vgnet.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vgnet.error.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;

/** Reads the operands of a pickle in order, never beyond its end. */
final class PickleInput {
  /** The longest pickle that is read. Weights lie outside, so real ones stay far below. */
  static final long MAX_SIZE = 64L << 20;

  private static final int MAX_LINE = 256;

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment bytes;
  private final String where;
  private final long end;
  private long position;
  private long instruction;

  /**
   * @param bytes what holds the pickle
   * @param where what to call these bytes in messages, in front of an offset; may be empty
   * @param start where the pickle begins
   */
  PickleInput(MemorySegment bytes, String where, long start) {
    this.bytes = bytes;
    this.where = where;
    this.position = start;
    this.end = Math.min(bytes.byteSize(), start + MAX_SIZE);
  }

  /** The offset of the next byte. */
  long position() {
    return position;
  }

  /** Starts the next instruction, where errors are reported from now on. */
  int opcode() {
    instruction = position;
    return unsigned1();
  }

  int unsigned1() {
    return bytes.get(JAVA_BYTE, take(1)) & 0xff;
  }

  int unsigned2() {
    return bytes.get(I16, take(2)) & 0xffff;
  }

  int signed4() {
    return bytes.get(I32, take(4));
  }

  long unsigned4() {
    return Integer.toUnsignedLong(signed4());
  }

  long signed8() {
    return bytes.get(I64, take(8));
  }

  /** A two's complement integer of any length; the long ones keep nothing but their type. */
  Value integer(long size) {
    long start = take(size);
    if (size > Long.BYTES) {
      return Value.Opaque.LONG;
    }
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes.get(JAVA_BYTE, start + i) & 0xffL) << (8 * i);
    }
    int unused = Long.SIZE - 8 * (int) size;
    return new Value.Int(size == 0 ? 0 : value << unused >> unused);
  }

  Value.Text text(long size) {
    long start = take(size);
    try {
      return new Value.Text(
          UTF_8.newDecoder().decode(bytes.asSlice(start, size).asByteBuffer()).toString());
    } catch (CharacterCodingException e) {
      throw error("text that is not UTF-8");
    }
  }

  /** A byte string of Python 2, which has no encoding. */
  Value.Text byteText(long size) {
    return new Value.Text(latin1(take(size), size));
  }

  /** Text up to the next line feed, which is read too. */
  String line() {
    long start = position;
    while (unsigned1() != '\n') {
      if (position - start > MAX_LINE) {
        throw error("a name of more than %d characters".formatted(MAX_LINE));
      }
    }
    return latin1(start, position - 1 - start);
  }

  void skip(long size) {
    take(size);
  }

  /** Checks that as many bytes follow. */
  void require(long size) {
    if (size < 0 || size > end - position) {
      throw error(
          end == bytes.byteSize()
              ? "needs %s more bytes, found %d"
                  .formatted(Long.toUnsignedString(size), end - position)
              : "goes on after %d bytes, the most that is read".formatted(MAX_SIZE));
    }
  }

  /** A failure at the current instruction. */
  ModelFormatException error(String problem) {
    return new ModelFormatException(where + "offset " + instruction, problem);
  }

  private String latin1(long start, long size) {
    return new String(bytes.asSlice(start, size).toArray(JAVA_BYTE), ISO_8859_1);
  }

  private long take(long size) {
    require(size);
    long start = position;
    position += size;
    return start;
  }
}
