package dev.vgnet.bench.gpu;

import dev.vgnet.bench.engine.Workload;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Proves a device against the scalar reference, measures it, and writes both as JSON. */
@Command(
    name = "run",
    description = "Proves a device against the scalar reference and measures it.",
    showDefaultValues = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:All goals are met.",
      "1:A goal is missed.",
      "2:The arguments are wrong.",
      "3:There is no device.",
      "4:Some or all of it could not be done."
    },
    exitCodeOnExecutionException = 4)
public final class DeviceMain implements Callable<Integer> {
  private static final int MISSED = 1;
  private static final int NO_DEVICE = 3;
  private static final int FAILED = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  private boolean help;

  @Parameters(
      arity = "1..*",
      paramLabel = "NETWORK",
      description = "Networks, by their names in the zoo.")
  private List<String> networks;

  @Option(names = "--device", description = "CUDA or CPU.")
  private Device device = Device.CUDA;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      description = "FP32, TF32 or FP16; may be given several times.")
  private List<Precision> precisions = List.of(Precision.values());

  @Option(names = "--images", paramLabel = "N", description = "Compared with the reference.")
  private int images = 2;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images a run when measured; 0 measures nothing.")
  private int batch = 16;

  @Option(
      names = "--replays",
      paramLabel = "N",
      description = "Of each network on a GPU, that must all be alike; 0 for none.")
  private int replays = 10_000;

  @Option(
      names = "--models",
      paramLabel = "FOLDER",
      description = "Where to write the networks, for other engines.")
  private Path models;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "JSON file of results.")
  private Path output;

  @Option(names = "--add", description = "Keeps the results that the file has.")
  private boolean add;

  private DeviceMain() {}

  /**
   * @param arguments the command line; {@code --help} explains it
   */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    CommandLine command = new CommandLine(new DeviceMain());
    command.setCaseInsensitiveEnumValuesAllowed(true);
    int exitCode = FAILED;
    try {
      exitCode = command.execute(arguments);
    } catch (Error e) {
      // The command line leaves errors alone, with which a JVM ends as if a goal were missed.
      e.printStackTrace();
    }
    System.exit(exitCode);
  }

  @Override
  public Integer call() throws IOException {
    if (images < 1 || batch < 0 || replays < 0) {
      throw misuse("--images is at least 1, --batch and --replays at least 0");
    }
    try {
      networks.forEach(Workload::info);
    } catch (UnsupportedModelException e) {
      throw misuse(e.getMessage());
    }
    try {
      return run();
    } catch (DeviceUnavailableException e) {
      System.err.println("nothing was run: " + e.getMessage());
      return NO_DEVICE;
    }
  }

  private ParameterException misuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private int run() throws IOException {
    Backend backend = Backends.choose(device, Optional.empty());
    DeviceCheck check = new DeviceCheck(backend, DeviceLog.listening(), output, add);
    for (String name : networks) {
      check(name, backend, check);
    }
    if (check.failed()) {
      return FAILED;
    }
    return check.passed() ? 0 : MISSED;
  }

  /** One precision after the other: what one does to the device must not hide those before it. */
  private void check(String name, Backend backend, DeviceCheck check) throws IOException {
    Workload few = Workload.random(name, images);
    Workload many = Workload.random(name, Math.max(batch, 1));
    if (models != null) {
      Files.createDirectories(models);
      few.write(models.resolve(name + ".safetensors"));
    }
    float[] expected = Parity.reference(few);
    for (Precision precision : precisions) {
      check.prove(name, few, expected, precision);
      if (backend.device() == Device.CUDA && precision == Precision.FP32 && replays > 0) {
        check.endure(name, few, replays);
      }
      if (batch > 0) {
        check.measure(name, many, precision);
      }
    }
  }
}
