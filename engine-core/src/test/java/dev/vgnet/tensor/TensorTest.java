package dev.vgnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void elementsAreACopyInLittleEndianOrder() {
    float[] values = {1, -2.5f, Float.NaN};
    Tensor tensor = Tensor.of(Shape.of(3), values);
    values[0] = 7;
    assertArrayEquals(new float[] {1, -2.5f, Float.NaN}, tensor.toFloatArray());
    assertEquals(
        1f,
        tensor.bytes().get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0));
    assertEquals(12, tensor.bytes().byteSize());
  }

  @Test
  void doublesStayExact() {
    Tensor tensor = Tensor.of(Shape.of(2), new double[] {Math.PI, -0.0});
    assertArrayEquals(new double[] {Math.PI, -0.0}, tensor.toDoubleArray());
    assertEquals(16, tensor.bytes().byteSize());
  }

  @Test
  void refusesAnotherNumberOfElementsThanTheShapes() {
    Shape shape = Shape.of(3);
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(shape, new float[2]));
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(shape, new double[4]));
    MemorySegment bytes = MemorySegment.ofArray(new byte[11]);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> Tensor.wrap(shape, DataType.INT32, bytes));
    assertEquals("a INT32 tensor of shape [3] does not have 11 bytes", refusal.getMessage());
  }

  /** Such that the number of bytes overflows to that of none. */
  @Test
  void refusesMoreBytesThanCanBeCounted() {
    Shape shape = Shape.of(1 << 30, 1 << 30, 2);
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(shape, DataType.FLOAT64, none));
  }

  @Test
  void integersOfEveryTypeAreRead() {
    assertIntegers(DataType.INT8, 1, 2, 3, 4, 5, 6, 7, -128);
    assertIntegers(DataType.UINT8, 1, 2, 3, 4, 5, 6, 7, 128);
    assertIntegers(DataType.INT16, 0x0201, 0x0403, 0x0605, (short) 0x8007);
    assertIntegers(DataType.INT32, 0x04030201, 0x80070605);
    assertIntegers(DataType.INT64, 0x8007060504030201L);
  }

  @Test
  void truthIsOne() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {0, 1});
    Tensor tensor = Tensor.wrap(Shape.of(2), DataType.BOOL, bytes);
    assertArrayEquals(new double[] {0, 1}, tensor.toDoubleArray());
  }

  /** What the same bytes are in numbers of a type. */
  private static void assertIntegers(DataType type, long... expected) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, -128});
    Tensor tensor = Tensor.wrap(Shape.of(expected.length), type, bytes);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], tensor.get(i));
    }
  }
}
