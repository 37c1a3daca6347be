package dev.vgnet.cuda.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/** Loads native libraries, so that whatever they lack ends in one kind of exception. */
@SuppressWarnings("restricted")
final class Natives {
  /** A system property of JavaCPP's: the most bytes that the process may have; 0 for any. */
  static final String MOST_BYTES = "org.bytedeco.javacpp.maxPhysicalBytes";

  private Natives() {}

  /** A native library that is there and does not work. */
  static final class BrokenException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenException(String message) {
      super(message);
    }

    BrokenException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Loads a library of NVIDIA's, so that those loaded later find it by its name. */
  static void load(Path library) throws BrokenException {
    try {
      System.load(library.toAbsolutePath().toString());
    } catch (UnsatisfiedLinkError | IllegalCallerException e) {
      throw new BrokenException(library + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  /**
   * Loads the run-time compiler and, before it, its other half: it asks for that by a name that
   * holds the minor version, and does not look beside itself.
   */
  static void loadCompiler(Path library) throws BrokenException {
    Path folder = library.toAbsolutePath().getParent();
    try (DirectoryStream<Path> halves =
        Files.newDirectoryStream(folder, "libnvrtc-builtins.so.13.*")) {
      for (Path half : halves) {
        load(half);
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new BrokenException(folder + " cannot be listed: " + e.getMessage(), e);
    }
    load(library);
  }

  /**
   * Loads the bindings of a JavaCPP class, whose own library must be loaded by then.
   *
   * <p>Lifts JavaCPP's limit on the memory of the process, unless the application has set one. By
   * default it is four times the largest heap, and whoever passes it gets no pointer more; but
   * CUDA's libraries, pinned memory and mapped files count, and no garbage collection frees those.
   */
  static void bind(String className) throws BrokenException {
    if (System.getProperty(MOST_BYTES) == null) {
      System.setProperty(MOST_BYTES, "0");
    }
    try {
      Loader.load(Class.forName(className, true, Natives.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
      throw new BrokenException("the bindings %s cannot be loaded: %s".formatted(className, e), e);
    }
  }

  /**
   * Asks the driver for its version, before any function is called that an old one may lack.
   *
   * @param driver that has been loaded
   */
  static Version driverVersion(Path driver) throws BrokenException {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle function =
          Linker.nativeLinker()
              .downcallHandle(
                  SymbolLookup.libraryLookup(driver.toAbsolutePath(), arena)
                      .findOrThrow("cuDriverGetVersion"),
                  FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
      int result = (int) function.invokeExact(version);
      if (result != 0) {
        throw new BrokenException(driver + " does not tell its version: error " + result);
      }
      return Version.of(version.get(ValueLayout.JAVA_INT, 0));
    } catch (BrokenException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new BrokenException(driver + " does not tell its version: " + e.getMessage(), e);
    }
  }
}
