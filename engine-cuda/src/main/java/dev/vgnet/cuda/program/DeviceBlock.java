package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.runtime.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/** Memory of the device that a caller keeps. */
final class DeviceBlock implements DeviceMemory {
  private final Driver driver;
  private final HostBuffer host;
  private final Set<DeviceBlock> open;
  private final int numbers;
  private final long address;

  /**
   * @param host through which copies go
   * @param open all that have not been closed, this one from now on
   */
  DeviceBlock(Driver driver, HostBuffer host, Set<DeviceBlock> open, int numbers) {
    this.driver = driver;
    this.host = host;
    this.open = open;
    this.numbers = numbers;
    address = driver.allocate((long) numbers * Float.BYTES);
    open.add(this);
  }

  long address() {
    return address;
  }

  int numbers() {
    return numbers;
  }

  @Override
  public void write(float[] values) {
    driver.attach();
    host.upload(values, numbers, address);
    driver.await();
  }

  @Override
  public void read(float[] values) {
    driver.attach();
    MemorySegment memory = host.floats(numbers);
    driver.download(address, memory, 0, (long) numbers * Float.BYTES);
    driver.await();
    MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, values, 0, numbers);
  }

  @Override
  public void close() {
    if (open.remove(this)) {
      driver.attach();
      driver.free(address);
    }
  }
}
