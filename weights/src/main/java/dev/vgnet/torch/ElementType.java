package dev.vgnet.torch;

import dev.vgnet.tensor.DataType;
import java.util.Arrays;
import java.util.Optional;

/** PyTorch's element types, with the name of the storage class where there is one. */
enum ElementType {
  FLOAT64("float64", "DoubleStorage", DataType.FLOAT64),
  FLOAT32("float32", "FloatStorage", DataType.FLOAT32),
  FLOAT16("float16", "HalfStorage", DataType.FLOAT16),
  BFLOAT16("bfloat16", "BFloat16Storage", DataType.BFLOAT16),
  INT64("int64", "LongStorage", DataType.INT64),
  INT32("int32", "IntStorage", DataType.INT32),
  INT16("int16", "ShortStorage", DataType.INT16),
  INT8("int8", "CharStorage", DataType.INT8),
  UINT8("uint8", "ByteStorage", DataType.UINT8),
  BOOL("bool", "BoolStorage", DataType.BOOL),
  COMPLEX128("complex128", "ComplexDoubleStorage", 16),
  COMPLEX64("complex64", "ComplexFloatStorage", 8),
  COMPLEX32("complex32", "", 4),
  QINT32("qint32", "QInt32Storage", 4),
  QINT8("qint8", "QInt8Storage", 1),
  QUINT8("quint8", "QUInt8Storage", 1),
  QUINT4X2("quint4x2", "QUInt4x2Storage", 1),
  QUINT2X4("quint2x4", "QUInt2x4Storage", 1),
  FLOAT8_E4M3FN("float8_e4m3fn", "", 1),
  FLOAT8_E4M3FNUZ("float8_e4m3fnuz", "", 1),
  FLOAT8_E5M2("float8_e5m2", "", 1),
  FLOAT8_E5M2FNUZ("float8_e5m2fnuz", "", 1),
  UINT16("uint16", "", 2),
  UINT32("uint32", "", 4),
  UINT64("uint64", "", 8);

  private final String dtype;
  private final String storageClass;
  private final int byteSize;
  private final Optional<DataType> dataType;

  ElementType(String dtype, String storageClass, DataType dataType) {
    this.dtype = dtype;
    this.storageClass = storageClass;
    this.byteSize = dataType.byteSize();
    this.dataType = Optional.of(dataType);
  }

  ElementType(String dtype, String storageClass, int byteSize) {
    this.dtype = dtype;
    this.storageClass = storageClass;
    this.byteSize = byteSize;
    this.dataType = Optional.empty();
  }

  /** The size of one element in bytes. */
  int byteSize() {
    return byteSize;
  }

  /** The engine's type, or nothing if the engine has no such numbers. */
  Optional<DataType> dataType() {
    return dataType;
  }

  static Optional<ElementType> ofDtype(String name) {
    return Arrays.stream(values()).filter(type -> type.dtype.equals(name)).findAny();
  }

  static Optional<ElementType> ofStorageClass(String name) {
    return name.isEmpty()
        ? Optional.empty()
        : Arrays.stream(values()).filter(type -> type.storageClass.equals(name)).findAny();
  }

  /** PyTorch's name of the type, such as {@code "float32"}. */
  @Override
  public String toString() {
    return dtype;
  }
}
