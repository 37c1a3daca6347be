package dev.vgnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
