package dev.vgnet.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.runtime.Precision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** An emulated device, and sessions of a small network on it. */
final class SharedDevice implements AutoCloseable {
  static final long CAPACITY = 32L << 20;

  private static final SessionOptions OPTIONS =
      SessionOptions.builder().backend(EmulatedBackend.NAME).build();
  private static final Model MODEL = SampleModels.plain();

  private final EmulatedDriver device = new EmulatedDriver(Precision.FP32, CAPACITY);
  private final List<EmulatedDriver> opened = Collections.synchronizedList(new ArrayList<>());

  SharedDevice() {
    EmulatedBackend.setDevice(
        Optional.of(
            _ -> {
              opened.add(device.another());
              return opened.getLast();
            }));
  }

  Session session() {
    return MODEL.newSession(OPTIONS);
  }

  /** What the last session uses. */
  EmulatedDriver lastOpened() {
    return opened.getLast();
  }

  /** The bytes that all sessions have taken. */
  long usedBytes() {
    return device.usedBytes();
  }

  /** All must have been given back. */
  @Override
  public void close() {
    EmulatedBackend.setDevice(Optional.empty());
    assertEquals(0, device.usedBytes());
  }
}
