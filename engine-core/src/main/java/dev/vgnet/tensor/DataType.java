package dev.vgnet.tensor;

import java.util.Optional;

/** The element types a stored tensor may have; the codes are those of the safetensors format. */
public enum DataType {
  FLOAT64("F64", 8),
  FLOAT32("F32", 4),
  FLOAT16("F16", 2),
  BFLOAT16("BF16", 2),
  INT64("I64", 8),
  INT32("I32", 4),
  INT16("I16", 2),
  INT8("I8", 1),
  UINT8("U8", 1),
  BOOL("BOOL", 1);

  private final String code;
  private final int byteSize;

  DataType(String code, int byteSize) {
    this.code = code;
    this.byteSize = byteSize;
  }

  /** The type's name in a safetensors header, such as {@code "BF16"}. */
  public String code() {
    return code;
  }

  /** The size of one element in bytes. */
  public int byteSize() {
    return byteSize;
  }

  /** True for the four floating-point types. */
  public boolean isFloatingPoint() {
    return ordinal() <= BFLOAT16.ordinal();
  }

  /**
   * The type with a safetensors code, if there is one.
   *
   * @param code such as {@code "F32"}
   */
  public static Optional<DataType> ofCode(String code) {
    for (DataType type : values()) {
      if (type.code.equals(code)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
