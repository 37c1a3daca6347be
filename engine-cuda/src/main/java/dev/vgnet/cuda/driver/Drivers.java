package dev.vgnet.cuda.driver;

import dev.vgnet.runtime.Precision;

/** Opens devices. */
public final class Drivers {
  private Drivers() {}

  /**
   * The device that {@link Probe} has found, with kernels of one precision, compiled if they are
   * not in the cache.
   *
   * @throws dev.vgnet.error.DeviceUnavailableException if there is none
   * @throws dev.vgnet.error.DeviceFailedException if the kernels do not compile or load
   */
  public static Driver open(Precision precision) {
    return PlatformThread.call(() -> CudaDriver.open(precision));
  }
}
