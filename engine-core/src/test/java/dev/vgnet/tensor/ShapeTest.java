package dev.vgnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void countsElements() {
    assertEquals(24, Shape.of(2, 3, 4).elementCount());
    assertEquals(1, Shape.of().elementCount());
    assertEquals(0, Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 0).elementCount());
  }

  @Test
  void refusesExtentsThatAreNegativeOrTooManyElements() {
    assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -1));
    int max = Integer.MAX_VALUE;
    assertThrows(IllegalArgumentException.class, () -> Shape.of(max, max, 3));
  }

  @Test
  void knowsWhatFitsInAnArray() {
    assertTrue(Shape.of(Shape.MAX_ARRAY_LENGTH).fitsInArray());
    assertFalse(Shape.of(Shape.MAX_ARRAY_LENGTH + 1).fitsInArray());
  }

  @Test
  void isAValueThatNobodyCanChange() {
    int[] extents = {2, 3};
    Shape shape = Shape.of(extents);
    extents[0] = 7;
    shape.toArray()[1] = 7;
    assertArrayEquals(new int[] {2, 3}, shape.toArray());
    assertEquals(Shape.of(2, 3), shape);
    assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
    assertNotEquals(Shape.of(3, 2), shape);
    assertNotEquals(Shape.of(2, 3, 1), shape);
    assertEquals("[2, 3]", shape.toString());
  }
}
