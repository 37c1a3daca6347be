package dev.vgnet.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.Pointer;

/** Whether JavaCPP watches the memory of the process, once {@link FakeGpu} is found. A program. */
public final class FakeGpuGuard {
  private FakeGpuGuard() {}

  /**
   * @param arguments the bytes that the application allows, if it says anything
   */
  public static void main(String[] arguments) {
    if (arguments.length > 0) {
      System.setProperty(Natives.MOST_BYTES, arguments[0]);
    }
    assertTrue(Probe.availability().available(), Probe.availability().toString());
    long expected = arguments.length > 0 ? Long.parseLong(arguments[0]) : 0;
    assertEquals(expected, Pointer.maxPhysicalBytes());
  }
}
