package dev.vgnet.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Drivers;
import dev.vgnet.cuda.program.CudaModel;
import dev.vgnet.cuda.program.KernelChoice;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import joptsimple.OptionException;
import joptsimple.OptionParser;
import joptsimple.OptionSet;
import joptsimple.OptionSpec;
import joptsimple.util.PathConverter;

/** Proves a device against the scalar reference, measures it, and writes both as JSON. */
public final class DeviceMain {
  private static final int MISSED = 1;
  private static final int WRONG_ARGUMENTS = 2;
  private static final int NO_DEVICE = 3;

  private final OptionParser parser = new OptionParser();
  private final OptionSpec<String> networks =
      parser.nonOptions("networks, by their names in the zoo");
  private final OptionSpec<Device> device =
      parser
          .accepts("device", "CUDA or CPU")
          .withRequiredArg()
          .ofType(Device.class)
          .defaultsTo(Device.CUDA);
  private final OptionSpec<Integer> images =
      parser
          .accepts("images", "compared with the reference")
          .withRequiredArg()
          .ofType(Integer.class)
          .defaultsTo(2);
  private final OptionSpec<Integer> batch =
      parser
          .accepts("batch", "images a run when measured; 0 measures nothing")
          .withRequiredArg()
          .ofType(Integer.class)
          .defaultsTo(16);
  private final OptionSpec<Path> models =
      parser
          .accepts("models", "folder to write the networks to, for other engines")
          .withRequiredArg()
          .withValuesConvertedBy(new PathConverter());
  private final OptionSpec<Path> output =
      parser
          .accepts("output", "JSON file of results")
          .withRequiredArg()
          .withValuesConvertedBy(new PathConverter());

  private final OptionSpec<Integer> replays =
      parser
          .accepts("replays", "of the first network on a GPU, that must all be alike; 0 for none")
          .withRequiredArg()
          .ofType(Integer.class)
          .defaultsTo(10_000);

  private final List<Endurance> endurances = new ArrayList<>();
  private final List<Parity> parities = new ArrayList<>();
  private final List<DeviceLatency> latencies = new ArrayList<>();

  private DeviceMain() {}

  /** Exits with 1 if a goal is missed, 2 if the arguments are wrong, 3 if there is no device. */
  public static void main(String[] arguments) throws IOException {
    DeviceMain main = new DeviceMain();
    try {
      System.exit(main.run(arguments));
    } catch (DeviceUnavailableException e) {
      System.err.println("nothing was run: " + e.getMessage());
      System.exit(NO_DEVICE);
    } catch (OptionException | IllegalArgumentException | UnsupportedModelException e) {
      System.err.println(e.getMessage());
      main.parser.printHelpOn(System.err);
      System.exit(WRONG_ARGUMENTS);
    }
  }

  private int run(String... arguments) throws IOException {
    OptionSet options = parser.parse(arguments);
    List<String> names = options.valuesOf(networks);
    if (names.isEmpty() || !options.has(output) || options.valueOf(images) < 1) {
      throw new IllegalArgumentException("name networks and --output; --images is at least 1");
    }
    Backend backend = Backends.choose(options.valueOf(device), Optional.empty());
    for (String name : names) {
      Workload few = Workload.random(name, options.valueOf(images));
      if (options.has(models)) {
        Files.createDirectories(options.valueOf(models));
        few.write(options.valueOf(models).resolve(name + ".safetensors"));
      }
      prove(name, few, backend.device());
      if (backend.device() == Device.CUDA && endurances.isEmpty() && options.valueOf(replays) > 0) {
        endure(name, few, options.valueOf(replays));
      }
      if (options.valueOf(batch) > 0) {
        measure(name, Workload.random(name, options.valueOf(batch)), backend.device());
      }
      // After each network, so that an interrupted run leaves what it found.
      writeResults(options.valueOf(output), backend);
    }
    return passed() ? 0 : MISSED;
  }

  private void prove(String name, Workload workload, Device on) {
    float[] expected = Parity.reference(workload);
    for (Precision precision : Precision.values()) {
      Parity parity = Parity.of(name, workload, expected, on, precision);
      parities.add(parity);
      say(
          "%-22s %s error %.2e of a deviation, limit %.0e: %s",
          name, precision, parity.error(), parity.limit(), parity.passed() ? "passed" : "MISSED");
    }
  }

  private boolean passed() {
    return parities.stream().allMatch(Parity::passed)
        && endurances.stream().allMatch(Endurance::passed);
  }

  private void endure(String name, Workload workload, int runs) {
    Model model = workload.model();
    int outputs;
    try (Session session =
        model.newSession(SessionOptions.builder().backend("reference").build())) {
      outputs = (int) session.outputShape(workload.shape()).elementCount();
    }
    Driver driver = Drivers.open(Precision.FP32);
    try (CudaModel compiled =
        new CudaModel(
            model.graph(), model.tensors(), driver, Precision.FP32, KernelChoice.ofUser())) {
      Endurance endurance =
          Endurance.of(
              name,
              compiled,
              driver::usedBytes,
              workload.shape(),
              workload.images(),
              outputs,
              runs);
      endurances.add(endurance);
      say(
          "%-22s %d replays, %d of them differ, %d bytes more on the device, %d on the host: %s",
          name,
          runs,
          endurance.differing(),
          endurance.deviceBytes(),
          endurance.hostBytes(),
          endurance.passed() ? "passed" : "MISSED");
    }
  }

  private void measure(String name, Workload workload, Device on) {
    for (Precision precision : Precision.values()) {
      DeviceLatency latency = DeviceLatency.of(name, workload, on, precision);
      latencies.add(latency);
      say(
          "%-22s %s %.3f ms a run of %d images, copies included%s",
          name,
          precision,
          latency.medianMillis(),
          latency.batch(),
          latency.onDeviceMillis() == null
              ? ""
              : String.format(Locale.ROOT, "; %.3f ms without", latency.onDeviceMillis()));
    }
  }

  private void writeResults(Path path, Backend backend) throws IOException {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("backend", backend.name());
    results.put("device", backend.probe().detail());
    results.put("findings", backend.probe().findings());
    results.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    results.put("passed", passed());
    results.put("parity", parities);
    results.put("endurance", endurances);
    results.put("latency", latencies);
    Files.writeString(
        path, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(results) + "\n");
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
