package dev.vgnet.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;

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
   */
  void upload(MemorySegment host, long address);

  /**
   * Copies from the device.
   *
   * @param host taken by {@link #allocateHost}, not to be read until it has been copied
   */
  void download(long address, MemorySegment host);

  /** Starts a kernel. */
  void launch(Launch launch);

  /** Makes launches ready to be repeated as one. */
  Replay capture(List<Launch> launches);

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
