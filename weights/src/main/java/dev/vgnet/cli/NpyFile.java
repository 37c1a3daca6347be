package dev.vgnet.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.model.AtomicFile;
import dev.vgnet.model.MappedFile;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NumPy's array file, format versions 1 to 3: little-endian numbers in C order. */
final class NpyFile {
  private static final String MAGIC = "\u0093NUMPY";

  /** The types of numbers that are read, as NumPy calls them. */
  static final String TYPE_NAMES = "<f2, <f4, <f8, |u1";

  private static final Map<String, DataType> TYPES =
      Map.of(
          "<f2", DataType.FLOAT16,
          "<f4", DataType.FLOAT32,
          "<f8", DataType.FLOAT64,
          "|u1", DataType.UINT8);
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\\s*'descr'\\s*:\\s*'([^']*)'\\s*,\\s*'fortran_order'\\s*:\\s*(True|False)\\s*,"
              + "\\s*'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)\\s*+,?\\s*\\}\\s*");
  private static final int ALIGNMENT = 64;

  /** Far more than NumPy writes for numbers of one kind. */
  private static final int MAX_HEADER = 1 << 20;

  /** Numbers that are written at once: the bytes of all may be too many for one array. */
  private static final int PIECE = 1 << 16;

  private NpyFile() {}

  /**
   * Maps an array.
   *
   * @throws ModelFormatException if the file is no such array
   */
  static Tensor read(Path path) throws IOException {
    try {
      return parse(MappedFile.map(path));
    } catch (ModelFormatException e) {
      throw e.inFile(path);
    }
  }

  static Tensor parse(MemorySegment file) {
    byte[] magic = bytes(file, 0, Math.min(MAGIC.length(), file.byteSize()));
    if (!new String(magic, ISO_8859_1).equals(MAGIC)) {
      throw new ModelFormatException("offset 0", "no NumPy array (.npy)");
    }
    byte[] start = bytes(file, 0, 12);
    ByteBuffer buffer = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    int version = start[6];
    if (version < 1 || version > 3) {
      throw new ModelFormatException("offset 6", "unknown .npy version " + version);
    }
    int prefix = version == 1 ? 10 : 12;
    long length = version == 1 ? buffer.getShort(8) & 0xffff : buffer.getInt(8) & 0xffffffffL;
    if (length > MAX_HEADER) {
      throw new ModelFormatException(
          "header", "has %,d bytes: at most %,d are read".formatted(length, MAX_HEADER));
    }
    String header = new String(bytes(file, prefix, length), ISO_8859_1);
    Matcher fields = HEADER.matcher(header);
    if (!fields.matches()) {
      throw new ModelFormatException(
          "header", "not understood: " + Printable.quoted(header.strip()));
    }
    DataType type = TYPES.get(fields.group(1));
    if (type == null) {
      throw new ModelFormatException(
          "header",
          "expected one of the types %s, found %s"
              .formatted(TYPE_NAMES, Printable.shortened(fields.group(1))));
    }
    if (fields.group(2).equals("True")) {
      throw new ModelFormatException(
          "header", "the array is in Fortran order; save numpy.ascontiguousarray(x)");
    }
    MemorySegment data = file.asSlice(prefix + length);
    Shape shape = shape(fields.group(3), type);
    long expected = shape.elementCount() * type.byteSize();
    if (data.byteSize() != expected) {
      throw new ModelFormatException(
          "data", "expected %d bytes for %s, found %d".formatted(expected, shape, data.byteSize()));
    }
    return Tensor.wrap(shape, type, data);
  }

  /** Writes a tensor as float32, replacing the file as a whole. */
  static void write(Path path, Tensor tensor) throws IOException {
    float[] values = tensor.toFloatArray();
    AtomicFile.write(
        path,
        channel -> {
          OutputStream out = Channels.newOutputStream(channel);
          out.write(header(tensor.shape()));
          write(values, out);
        });
  }

  private static void write(float[] values, OutputStream out) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int count;
    for (int first = 0; first < values.length; first += count) {
      count = Math.min(PIECE, values.length - first);
      piece.asFloatBuffer().put(values, first, count);
      out.write(piece.array(), 0, count * Float.BYTES);
    }
  }

  private static byte[] header(Shape shape) {
    StringBuilder extents = new StringBuilder();
    for (int extent : shape.toArray()) {
      extents.append(extent).append(", ");
    }
    String dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }"
            .formatted(extents.toString().strip());
    int length = Math.ceilDiv(10 + dictionary.length() + 1, ALIGNMENT) * ALIGNMENT - 10;
    byte[] header = new byte[10 + length];
    Arrays.fill(header, (byte) ' ');
    System.arraycopy(MAGIC.getBytes(ISO_8859_1), 0, header, 0, 6);
    ByteBuffer buffer = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(6, (byte) 1).put(7, (byte) 0).putShort(8, (short) length);
    System.arraycopy(dictionary.getBytes(ISO_8859_1), 0, header, 10, dictionary.length());
    header[header.length - 1] = '\n';
    return header;
  }

  /** A shape whose numbers of that type take no more bytes than can be counted. */
  private static Shape shape(String extents, DataType type) {
    try {
      Shape shape =
          Shape.of(
              Pattern.compile(",")
                  .splitAsStream(extents)
                  .map(String::strip)
                  .filter(e -> !e.isEmpty())
                  .mapToInt(Integer::parseInt)
                  .toArray());
      Math.multiplyExact(shape.elementCount(), type.byteSize());
      return shape;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelFormatException(
          "header", "shape out of range: (%s)".formatted(Printable.shortened(extents)), e);
    }
  }

  private static byte[] bytes(MemorySegment file, long offset, long length) {
    if (length > file.byteSize() - offset) {
      throw new ModelFormatException(
          "offset " + offset,
          "expected %d bytes, found %d".formatted(length, file.byteSize() - offset));
    }
    return file.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
