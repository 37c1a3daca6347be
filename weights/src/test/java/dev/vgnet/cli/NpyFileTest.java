package dev.vgnet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  /** {@code numpy.save} of numpy.arange(6, dtype="<f8").reshape(2, 3), by NumPy 1.24. */
  private static final String NUMPY_HEADER =
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";

  @TempDir private Path folder;

  @Test
  void writesWhatItReads() throws IOException {
    for (Shape shape :
        List.of(Shape.of(2, 3, 4, 5), Shape.of(7), Shape.of(), Shape.of(0, 3), Shape.of(200_000))) {
      float[] values = new float[(int) shape.elementCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = i / 3f;
      }
      Path file = folder.resolve("x.npy");
      NpyFile.write(file, Tensor.of(shape, values));
      Tensor read = NpyFile.read(file);
      assertEquals(shape, read.shape());
      assertEquals(DataType.FLOAT32, read.dataType());
      assertArrayEquals(values, read.toFloatArray());
      assertEquals(0, (Files.size(file) - 4L * values.length) % 64, "NumPy aligns data to 64");
    }
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count(), "no temporary file is left");
    }
  }

  @Test
  void readsNumPysDoubles() {
    double[] values = {0, 1, 2, 3, 4, 5};
    byte[] file = file(NUMPY_HEADER, Tensor.of(Shape.of(2, 3), values));
    assertArrayEquals(values, parse(file).toDoubleArray());
  }

  @Test
  void refusesBrokenFiles() {
    Tensor data = Tensor.of(Shape.of(2, 3), new double[6]);
    byte[] good = file(NUMPY_HEADER, data);
    for (int length = 0; length < good.length; length++) {
      byte[] part = Arrays.copyOf(good, length);
      assertThrows(ModelFormatException.class, () -> parse(part), "length " + length);
    }
    for (String header :
        List.of(
            NUMPY_HEADER.replace("False", "True"),
            NUMPY_HEADER.replace("<f8", ">f8"),
            NUMPY_HEADER.replace("<f8", "|O"),
            NUMPY_HEADER.replace("2, 3", "2, 4"),
            NUMPY_HEADER.replace("2, 3", "99999999999, 3"),
            NUMPY_HEADER.replace("2, 3", "2147483647, 2147483647, 2147483647"),
            NUMPY_HEADER.replace("2, 3", "-2, 3"),
            "{}")) {
      byte[] file = file(header, data);
      assertThrows(ModelFormatException.class, () -> parse(file), header);
    }
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= 0x41;
      try {
        parse(flipped);
      } catch (ModelFormatException _) {
        // The only failure allowed; a flip in the data is no failure.
      }
    }
  }

  /** 2^61 doubles: the number of their bytes is 0 modulo 2^64, as many as there are. */
  @Test
  void refusesMoreThanCanBeCounted() {
    String header = NUMPY_HEADER.replace("2, 3", "1073741824, 1073741824, 2");
    byte[] file = file(header, Tensor.of(Shape.of(0), new double[0]));
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> parse(file));
    assertEquals("header: shape out of range: (1073741824, 1073741824, 2)", e.getMessage());
  }

  @Test
  void refusesAHeaderTooLongToBeRead() {
    byte[] file = new byte[12 + (2 << 20)];
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0, 0, 2 << 4, 0};
    System.arraycopy(start, 0, file, 0, start.length);
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> parse(file));
    assertEquals("header: has 2,097,152 bytes: at most 1,048,576 are read", e.getMessage());
  }

  @Test
  void aMessageHoldsLittleOfAHeader() {
    for (String header :
        List.of(
            "\u001b".repeat(60_000),
            NUMPY_HEADER.replace("<f8", "x".repeat(60_000)),
            NUMPY_HEADER.replace("2, 3", "2, ".repeat(20_000)))) {
      byte[] file = file(header, Tensor.of(Shape.of(2, 3), new double[6]));
      ModelFormatException e = assertThrows(ModelFormatException.class, () -> parse(file));
      assertTrue(e.getMessage().length() < 2000, e.getMessage());
      assertFalse(e.getMessage().contains("\u001b"), e.getMessage());
    }
  }

  @Test
  void saysWhichTypesItReads() {
    byte[] file = file(NUMPY_HEADER.replace("<f8", ">f8"), Tensor.of(Shape.of(6), new double[6]));
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> parse(file));
    assertEquals("header: expected one of the types <f2, <f4, <f8, |u1, found >f8", e.getMessage());
    for (String type : NpyFile.TYPE_NAMES.split(", ")) {
      String header = NUMPY_HEADER.replace("<f8", type).replace("2, 3", "0, 3");
      assertEquals(
          Shape.of(0, 3), parse(file(header, Tensor.of(Shape.of(0), new double[0]))).shape());
    }
  }

  private static Tensor parse(byte[] file) {
    return NpyFile.parse(MemorySegment.ofArray(file));
  }

  private static byte[] file(String header, Tensor data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes = data.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    byte[] file = new byte[10 + text.length + bytes.length];
    byte[] magic = {
      (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)
    };
    System.arraycopy(magic, 0, file, 0, magic.length);
    System.arraycopy(text, 0, file, 10, text.length);
    System.arraycopy(bytes, 0, file, 10 + text.length, bytes.length);
    return file;
  }
}
