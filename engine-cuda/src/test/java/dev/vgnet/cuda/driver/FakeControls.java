package dev.vgnet.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/** What the driver of {@link FakeGpu} is told, and tells, beside its interface; in its JVM. */
@SuppressWarnings("restricted")
public final class FakeControls {
  private static final SymbolLookup DRIVER =
      SymbolLookup.libraryLookup(Library.DRIVER.find(Folders.all()).orElseThrow(), Arena.global());

  private FakeControls() {}

  /**
   * From now on grants some wishes for memory, of device or host or for a graph, then refuses one.
   */
  public static void refuse(int granted) {
    call("fakeRefuse", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT), granted);
  }

  /** Whether a wish has been refused; none is from now on. */
  public static boolean hasRefused() {
    return (int) call("fakeHasRefused", FunctionDescriptor.of(ValueLayout.JAVA_INT)) != 0;
  }

  /** Whether all that cuDNN is asked to do fails from now on, while the device goes on. */
  public static void failCudnn(boolean fail) {
    call("fakeFailLibraries", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT), fail ? 1 : 0);
  }

  /** Takes whatever has not been given back for something done wrong. */
  public static void requireNothingLeft() {
    call("fakeRequireNothingLeft", FunctionDescriptor.ofVoid());
  }

  /** What was done wrong since the last call, a line each. */
  public static String misuses() {
    MemorySegment text =
        (MemorySegment) call("fakeMisuses", FunctionDescriptor.of(ValueLayout.ADDRESS));
    return text.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** Requires that nothing was done wrong since the last call. */
  public static void requireNoMisuse() {
    requireNoMisuseBut("");
  }

  /** Requires that nothing but this was done wrong since the last call. */
  public static void requireNoMisuseBut(String expected) {
    String misuses = misuses();
    if (misuses.lines().anyMatch(line -> !line.equals(expected))) {
      throw new AssertionError("the driver was misused:\n" + misuses);
    }
  }

  private static Object call(String function, FunctionDescriptor type, Object... arguments) {
    try {
      return Linker.nativeLinker()
          .downcallHandle(DRIVER.findOrThrow(function), type)
          .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
