package dev.vgnet.runtime;

/**
 * Float32 numbers in the memory of a device, taken by {@link CompiledModel#allocate}. For one
 * thread at a time, with the model; the model's {@code close} gives it back, too.
 */
public interface DeviceMemory extends AutoCloseable {
  /** Fills it from the host, from an array of at least as many numbers. */
  void write(float[] values);

  /** Copies all of it to the host, to an array of at least as many numbers. */
  void read(float[] values);

  /** Gives it back; may be called twice. */
  @Override
  void close();
}
