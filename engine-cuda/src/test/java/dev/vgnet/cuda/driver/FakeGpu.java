package dev.vgnet.cuda.driver;

import dev.vgnet.runtime.Precision;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Libraries that stand for NVIDIA's on a machine without a GPU, so that the real bindings have
 * something to call; and JVMs that use them, which may crash without harm to this one.
 */
public final class FakeGpu {
  private static final int MOST_SECONDS = 100;

  /** Where JavaCPP unpacks its bindings, to be found by the next. */
  private static final Path JAVACPP = Path.of("target", "javacpp");

  private static final String[] DRIVER_SOURCES = {"device", "memory", "stream", "module"};

  private final Path folder;

  /** All folders of libraries. */
  private final String path;

  private FakeGpu(Path folder, String path) {
    this.folder = folder;
    this.path = path;
  }

  /** Whether it can be compiled here. */
  public static boolean isSupported() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64")
        && EmulatedKernels.canCompile();
  }

  /**
   * A GPU, and a run-time compiler for it.
   *
   * @param folder where to make it
   */
  public static FakeGpu in(Path folder) throws IOException, InterruptedException {
    FakeGpu gpu = new FakeGpu(folder, folder.toString());
    gpu.buildDriver();
    gpu.build(Library.NVRTC.file(), "nvrtc");
    Tools.copyResource(EmulatedKernels.HEADER, folder);
    return gpu;
  }

  /** The folder of NVIDIA's run-time compiler, where that is installed. */
  public static Optional<Path> compilerFolder() {
    return Library.NVRTC.find(Folders.all()).map(Path::getParent);
  }

  /**
   * A GPU with NVIDIA's own run-time compiler.
   *
   * @param folder where to make it
   * @param compiler the folder of the compiler
   */
  public static FakeGpu withCompiler(Path folder, Path compiler)
      throws IOException, InterruptedException {
    FakeGpu gpu = new FakeGpu(folder, folder + File.pathSeparator + compiler);
    gpu.buildDriver();
    return gpu;
  }

  private void buildDriver() throws IOException, InterruptedException {
    build(Library.DRIVER.file(), DRIVER_SOURCES);
    build(Library.RUNTIME.file(), "runtime");
    // It is found before the one that the machine may have, which knows no such driver.
    Files.createFile(folder.resolve(Library.CUDNN.file()));
  }

  /** Prepares kernels of one precision for what NVIDIA's compiler makes, which no CPU runs. */
  public FakeGpu withKernels(Precision precision) throws IOException, InterruptedException {
    EmulatedKernels.build(precision, folder);
    return this;
  }

  /**
   * The same GPU with cuDNN.
   *
   * @param other folder, where to make that
   */
  public FakeGpu withCudnn(Path other) throws IOException, InterruptedException {
    build(Library.CUBLAS_LT.file(), "unused");
    build(Library.CUBLAS.file(), "unused");
    FakeGpu more = new FakeGpu(other, other + File.pathSeparator + path);
    more.build(Library.CUDNN.file(), "unused");
    Path driver = folder.resolve(Library.DRIVER.file());
    more.build("libcudnn_graph.so.9", List.of(driver), "cudnn_graph");
    more.build("libcudnn_ops.so.9", List.of(driver), "cudnn_ops");
    more.build("libcudnn_cnn.so.9", List.of(driver), "cudnn_cnn");
    more.build("libcudnn_adv.so.9", "unused");
    return more;
  }

  private void build(String library, String... sources) throws IOException, InterruptedException {
    build(library, List.of(), sources);
  }

  /**
   * @param library its file
   * @param called libraries that it calls
   */
  private void build(String library, List<Path> called, String... sources)
      throws IOException, InterruptedException {
    Path from = Files.createTempDirectory(folder, "sources");
    Tools.copyResource("fake/fake.h", from);
    Tools.copyResource("fake/cudnn.h", from);
    List<Object> arguments =
        new ArrayList<>(
            List.of("-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"));
    arguments.addAll(List.of("-fvisibility=hidden", "-Wl,-z,noexecstack"));
    // The bindings ask for versions of symbols that are called as the library is.
    arguments.addAll(List.of("-Wl,-soname," + library, "-Wl,--default-symver"));
    arguments.addAll(List.of("-o", folder.resolve(library)));
    for (String source : sources) {
      arguments.add(Tools.copyResource("fake/" + source + ".cpp", from));
    }
    arguments.addAll(called);
    Tools.run(EmulatedKernels.compiler().orElseThrow(), arguments.toArray());
  }

  /**
   * Runs a class in a JVM that finds this GPU, to its end, which must be a good one.
   *
   * @param main whose {@code main} is run
   */
  public void run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, main.getSimpleName(), ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + folder.resolve("crash.log"),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-D" + Folders.PROPERTY + "=" + path,
                        "-D" + KernelCache.PROPERTY + "=" + folder.resolve("cache"),
                        "-Dorg.bytedeco.javacpp.cachedir=" + JAVACPP.toAbsolutePath(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName()),
                    Stream.of(arguments))
                .toList());
    // Where a machine with a GPU of its own may have the real ones.
    builder.environment().remove("LD_LIBRARY_PATH");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError(
            "%s %s %s:%n%s"
                .formatted(
                    main.getSimpleName(),
                    List.of(arguments),
                    ended ? "ended with " + process.exitValue() : "does not end",
                    Files.readString(output)));
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
