package dev.vgnet.runtime;

import dev.vgnet.tensor.Shape;

/**
 * A graph prepared by a {@link Backend}. Not safe for several threads at once: a session lets one
 * call in at a time. What it keeps for each image size is bounded.
 */
public interface CompiledModel extends AutoCloseable {
  /**
   * Computes all outputs. In steady state (a size among the last ones) nothing is allocated.
   *
   * @param input {@code [N, C, H, W]}
   * @param images at least as many numbers as {@code input} says, row-major
   * @param outputs one array for each output of the graph, at least as long as the output
   */
  void run(Shape input, float[] images, float[][] outputs);

  /**
   * Takes memory of the device, with no numbers in it yet.
   *
   * @param numbers at least 1
   * @throws dev.vgnet.error.DeviceMemoryException if there is not enough
   * @throws UnsupportedOperationException if the device computes in the memory of the host
   */
  default DeviceMemory allocate(int numbers) {
    throw new UnsupportedOperationException("this device computes in the memory of the host");
  }

  /**
   * Computes the first output, from and to the memory of the device; done when this returns.
   *
   * @param input {@code [N, C, H, W]}
   * @param images of this model, at least as many numbers as {@code input} says
   * @param output of this model, at least as many numbers as the output has
   * @throws UnsupportedOperationException if the device computes in the memory of the host
   */
  default void run(Shape input, DeviceMemory images, DeviceMemory output) {
    throw new UnsupportedOperationException("this device computes in the memory of the host");
  }

  /**
   * Makes later runs faster, beyond what runs themselves do; results stay the same.
   *
   * @param input {@code [N, C, H, W]}
   * @param nanos about how long this may take; less where the thread is interrupted
   * @return whether nothing is left to be done
   */
  default boolean prepare(Shape input, long nanos) {
    return true;
  }

  /**
   * The steps for one input shape, and the memory they need.
   *
   * @param input {@code [N, C, H, W]}
   */
  ExecutionReport report(Shape input);

  /**
   * Runs once and measures each step of {@link #report}, in nanoseconds of wall time.
   *
   * @param input {@code [N, C, H, W]}
   * @param images at least as many numbers as {@code input} says
   */
  long[] profile(Shape input, float[] images);

  /** Frees what it holds. Not called while another method runs; never called twice. */
  @Override
  void close();
}
