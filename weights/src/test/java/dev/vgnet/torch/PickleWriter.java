package dev.vgnet.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles instruction by instruction, right ones and wrong ones. */
final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleWriter() {
    op(Opcode.PROTO, 2);
  }

  PickleWriter op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleWriter repeat(int count, int... bytes) {
    for (int i = 0; i < count; i++) {
      op(bytes);
    }
    return this;
  }

  PickleWriter int4(long value) {
    return raw(little(4).putInt((int) value));
  }

  PickleWriter int8(long value) {
    return raw(little(8).putLong(value));
  }

  PickleWriter text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    op(Opcode.BINUNICODE).int4(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  PickleWriter global(String module, String name) {
    op(Opcode.GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(UTF_8));
    return this;
  }

  PickleWriter integer(long value) {
    return op(Opcode.LONG1, 8).int8(value);
  }

  PickleWriter tuple(long... values) {
    op(Opcode.MARK);
    for (long value : values) {
      integer(value);
    }
    return op(Opcode.TUPLE);
  }

  PickleWriter storage(String type, String key, long count) {
    op(Opcode.MARK).text("storage").global("torch", type).text(key).text("cpu").integer(count);
    return op(Opcode.TUPLE, Opcode.BINPERSID);
  }

  /** A tensor of float32 in storage "0". */
  PickleWriter tensor(long count, long offset, long[] size, long[] stride) {
    global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK);
    storage("FloatStorage", "0", count).integer(offset).tuple(size).tuple(stride);
    return op(Opcode.NEWFALSE, Opcode.EMPTY_DICT, Opcode.TUPLE, Opcode.REDUCE);
  }

  /** The pickle, ended. */
  byte[] bytes() {
    op(Opcode.STOP);
    return out.toByteArray();
  }

  Pickle read() {
    return Unpickler.read(new PickleInput(MemorySegment.ofArray(bytes()), "", 0));
  }

  /** A checkpoint of the pickle and one storage "0" of so many float32 numbers 0, 1, 2, ... */
  byte[] checkpoint(int storedElements) {
    ByteBuffer storage = little(4 * storedElements);
    for (int i = 0; i < storedElements; i++) {
      storage.putFloat(i);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      store(zip, "archive/data.pkl", bytes());
      store(zip, "archive/data/0", storage.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private PickleWriter raw(ByteBuffer buffer) {
    out.writeBytes(buffer.array());
    return this;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
