package dev.vgnet.runtime;

/** Where a session computes. */
public enum Device {
  /** The best device there is. */
  AUTO,
  CPU,
  CUDA
}
