package dev.vgnet.runtime;

/**
 * How far a device may round on its way, where that makes it faster. A device without such
 * arithmetic, as the CPU, computes in float32 whatever is allowed.
 */
public enum Precision {
  /** Numbers and products in float32. */
  FP32,
  /** Numbers in float32, factors of products rounded to 10 bits of mantissa. */
  TF32,
  /** Feature maps and factors of products in float16, sums in float32. */
  FP16
}
