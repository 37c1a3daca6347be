package dev.vgnet.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An immutable, dense, row-major array of numbers. The elements may lie on the heap or in a mapped
 * file, in little-endian order. Safe to share between threads, if its memory is.
 */
public final class Tensor {
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private final Shape shape;
  private final DataType dataType;
  private final MemorySegment bytes;

  private Tensor(Shape shape, DataType dataType, MemorySegment bytes) {
    if (shape.elementCount() > Long.MAX_VALUE / dataType.byteSize()
        || bytes.byteSize() != shape.elementCount() * dataType.byteSize()) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s does not have %d bytes"
              .formatted(dataType, shape, bytes.byteSize()));
    }
    this.shape = shape;
    this.dataType = dataType;
    this.bytes = bytes.asReadOnly();
  }

  /**
   * A float32 tensor of a copy of {@code values}.
   *
   * @throws IllegalArgumentException if their number is not the shape's
   */
  public static Tensor of(Shape shape, float[] values) {
    MemorySegment copy = MemorySegment.ofArray(new float[values.length]);
    MemorySegment.copy(values, 0, copy, F32, 0, values.length);
    return new Tensor(shape, DataType.FLOAT32, copy);
  }

  /**
   * A float64 tensor of a copy of {@code values}.
   *
   * @throws IllegalArgumentException if their number is not the shape's
   */
  public static Tensor of(Shape shape, double[] values) {
    MemorySegment copy = MemorySegment.ofArray(new double[values.length]);
    MemorySegment.copy(values, 0, copy, F64, 0, values.length);
    return new Tensor(shape, DataType.FLOAT64, copy);
  }

  /**
   * A tensor over existing memory, which is not copied and must not change afterwards.
   *
   * @param bytes the elements, row-major and little-endian; of an arena that stays open for as long
   *     as the tensor is used, and not a confined one if other threads use it
   * @throws IllegalArgumentException if the number of bytes is not that of shape and type
   */
  public static Tensor wrap(Shape shape, DataType dataType, MemorySegment bytes) {
    return new Tensor(shape, dataType, Objects.requireNonNull(bytes));
  }

  /** The shape of each of several tensors, by name and in the same order. */
  public static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }

  /** The tensor's extents. */
  public Shape shape() {
    return shape;
  }

  /** The type of the stored elements. */
  public DataType dataType() {
    return dataType;
  }

  /** The stored elements, read-only, row-major and little-endian. */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * All elements in row-major order, each converted (and, if need be, rounded) to float32.
   *
   * @throws IllegalStateException if they do not {@linkplain Shape#fitsInArray fit in an array}
   */
  public float[] toFloatArray() {
    float[] values = new float[length()];
    if (dataType == DataType.FLOAT32) {
      MemorySegment.copy(bytes, F32, 0, values, 0, values.length);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) get(i);
      }
    }
    return values;
  }

  /**
   * All elements in row-major order, each converted to float64.
   *
   * @throws IllegalStateException if they do not {@linkplain Shape#fitsInArray fit in an array}
   */
  public double[] toDoubleArray() {
    double[] values = new double[length()];
    if (dataType == DataType.FLOAT32) {
      // Copied as a whole: reading memory number by number is slow before it is compiled.
      float[] floats = toFloatArray();
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = get(i);
      }
    }
    return values;
  }

  /**
   * One element as float64; exact for every type but 64-bit integers beyond 2^53.
   *
   * @param index the row-major index
   */
  public double get(long index) {
    return switch (dataType) {
      case FLOAT64 -> bytes.getAtIndex(F64, index);
      case FLOAT32 -> bytes.getAtIndex(F32, index);
      case FLOAT16 -> Float.float16ToFloat(bytes.getAtIndex(I16, index));
      case BFLOAT16 -> Float.intBitsToFloat(bytes.getAtIndex(I16, index) << 16);
      case INT64 -> bytes.getAtIndex(I64, index);
      case INT32 -> bytes.getAtIndex(I32, index);
      case INT16 -> bytes.getAtIndex(I16, index);
      case INT8 -> bytes.get(JAVA_BYTE, index);
      case UINT8, BOOL -> bytes.get(JAVA_BYTE, index) & 0xff;
    };
  }

  private int length() {
    if (!shape.fitsInArray()) {
      throw new IllegalStateException("a tensor of shape " + shape + " does not fit in an array");
    }
    return (int) shape.elementCount();
  }

  /** Type and shape, such as {@code FLOAT32[28, 3, 3, 3]}. */
  @Override
  public String toString() {
    return dataType.toString() + shape;
  }
}
