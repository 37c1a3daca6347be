package dev.vgnet.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that is asked of a device. What is asked for is done later, in the order in which it was
 * asked for; {@link #await} waits for it. Memory of the device goes by its address there. For one
 * thread at a time, which calls {@link #attach} first.
 */
public interface Driver extends AutoCloseable {
  /** Makes the device that of the calling thread. */
  void attach();

  /**
   * Takes memory of the device, aligned to 256 bytes.
   *
   * @throws dev.vgnet.error.DeviceMemoryException if there is not enough; nothing has changed then
   */
  long allocate(long bytes);

  /** The bytes of the device that are in use, whoever has taken them. */
  long usedBytes();

  /** Gives memory of the device back, which nothing may use any more. */
  void free(long address);

  /**
   * Takes memory of the host that the device copies from and to without help.
   *
   * @throws dev.vgnet.error.DeviceMemoryException if there is not enough; nothing has changed then
   */
  MemorySegment allocateHost(long bytes);

  /** Gives memory of the host back, which nothing may use any more. */
  void freeHost(MemorySegment memory);

  /**
   * Copies to the device.
   *
   * @param host taken by {@link #allocateHost}, not to be changed until it has been copied
   * @param from the first byte of it that is copied
   */
  void upload(MemorySegment host, long from, long bytes, long address);

  /**
   * Copies from the device.
   *
   * @param host taken by {@link #allocateHost}, not to be read until it has been copied
   * @param to the first byte of it that is copied to
   */
  void download(long address, MemorySegment host, long to, long bytes);

  /** Starts a kernel or a call of cuDNN's. */
  void launch(Work work);

  /** Makes work ready to be repeated as one; may do it once, too. */
  Replay capture(List<Work> work);

  /**
   * Does work some times over, and waits for it.
   *
   * @param least the nanoseconds of the fastest work of the kind so far; what takes far more is
   *     given up early
   * @return the nanoseconds that it takes once, as a part of a {@link Replay}; nothing if it was
   *     given up, or if the device turns out not to support it
   * @throws dev.vgnet.error.DeviceMemoryException if there is too little of it now
   * @throws dev.vgnet.error.DeviceFailedException if it fails; whether the device still works,
   *     {@link #await} tells
   */
  OptionalLong measure(List<Work> work, long least);

  /** cuDNN, where there is one that works. */
  Optional<Cudnn> cudnn();

  /** What has been found out on such a device before. */
  Choices choices();

  /**
   * Waits until all that was asked for has been done.
   *
   * @throws dev.vgnet.error.DeviceFailedException if some of it could not be done
   */
  void await();

  /** Frees what the driver itself holds; memory that was taken must have been given back. */
  @Override
  void close();
}
