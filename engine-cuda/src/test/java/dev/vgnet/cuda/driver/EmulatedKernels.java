package dev.vgnet.cuda.driver;

import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The kernels' sources compiled for the CPU, where g++ is installed. One kernel runs at a time. */
@SuppressWarnings("restricted")
final class EmulatedKernels {
  static final String HEADER = "emulation.h";

  private static final Map<Precision, EmulatedKernels> COMPILED = new EnumMap<>(Precision.class);
  private static final FunctionDescriptor KERNEL =
      FunctionDescriptor.of(
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT);

  private final SymbolLookup library;

  private EmulatedKernels(SymbolLookup library) {
    this.library = library;
  }

  static boolean canCompile() {
    return compiler().isPresent();
  }

  static Optional<Path> compiler() {
    return Tools.find("g++");
  }

  /** Compiled once a process. */
  static synchronized EmulatedKernels of(Precision precision) {
    return COMPILED.computeIfAbsent(precision, EmulatedKernels::compile);
  }

  /** Runs a kernel to its end, the threads of each block in one order or the other. */
  void run(Launch launch, boolean reverse) {
    synchronized (EmulatedKernels.class) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment parameters = arena.allocate(launch.parameters().byteSize(), Long.BYTES);
        parameters.copyFrom(launch.parameters());
        Linker linker = Linker.nativeLinker();
        long bytes =
            (long)
                linker
                    .downcallHandle(
                        library.findOrThrow(launch.kernel() + "Bytes"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                    .invokeExact();
        if (bytes != parameters.byteSize()) {
          throw new AssertionError(
              "%s takes %d bytes, given are %d"
                  .formatted(launch.kernel(), bytes, parameters.byteSize()));
        }
        linker
            .downcallHandle(
                library.findOrThrow("emulationReverse"),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
            .invokeExact(reverse ? 1 : 0);
        int result =
            (int)
                linker
                    .downcallHandle(library.findOrThrow(launch.kernel()), KERNEL)
                    .invokeExact(parameters, launch.columns(), launch.rows(), launch.threads());
        if (result != 0) {
          throw new AssertionError(launch.kernel() + ": threads wait for each other for ever");
        }
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  private static EmulatedKernels compile(Precision precision) {
    try {
      Path folder = Files.createTempDirectory("kernels");
      try {
        Path library = build(precision, folder);
        return new EmulatedKernels(SymbolLookup.libraryLookup(library, Arena.global()));
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes the sources and a library of them to a folder. */
  static Path build(Precision precision, Path folder) throws IOException, InterruptedException {
    for (Map.Entry<String, String> file : KernelSource.files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    Tools.copyResource(HEADER, folder);
    Path library = folder.resolve("kernels.so");
    Tools.run(
        compiler().orElseThrow(),
        "-std=c++17",
        "-O2",
        "-shared",
        "-fPIC",
        "-Wall",
        "-Werror",
        "-Wno-unknown-pragmas",
        "-Wno-unused",
        "-DPRECISION=" + precision.ordinal(),
        "-include",
        folder.resolve(HEADER),
        "-x",
        "c++",
        folder.resolve(KernelSource.MAIN),
        "-o",
        library);
    return library;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
