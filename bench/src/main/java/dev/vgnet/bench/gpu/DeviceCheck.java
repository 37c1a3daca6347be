package dev.vgnet.bench.gpu;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Drivers;
import dev.vgnet.cuda.program.CudaModel;
import dev.vgnet.cuda.program.KernelChoice;
import dev.vgnet.model.AtomicFile;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What has been found out about a device: told as it is found, and written as JSON after each
 * stage. A stage that fails is a result, too, and hides no other.
 */
final class DeviceCheck {
  /**
   * What could not be done.
   *
   * @param error what was said
   * @param trace where, and of what else it came
   */
  record Failure(String network, Precision precision, String stage, String error, String trace) {}

  private final Backend backend;
  private final DeviceLog log;
  private final Path output;
  private final Map<String, Object> earlier;
  private final List<Parity> parities = new ArrayList<>();
  private final List<Endurance> endurances = new ArrayList<>();
  private final List<DeviceLatency> latencies = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();

  /**
   * @param log of the backend
   * @param output where to write
   * @param add whether to keep what another process has found and written there
   */
  DeviceCheck(Backend backend, DeviceLog log, Path output, boolean add) throws IOException {
    this.backend = backend;
    this.log = log;
    this.output = output;
    earlier = add ? JSON.std.mapFrom(Files.readAllBytes(output)) : Map.of();
  }

  /**
   * Compares with the reference.
   *
   * @param expected the reference's logits
   */
  void prove(String name, Workload workload, float[] expected, Precision precision)
      throws IOException {
    attempt(
        name,
        precision,
        "parity",
        () -> {
          Parity parity = Parity.of(name, workload, expected, backend, precision);
          parities.add(parity);
          say(
              "%-22s %s error %.2e of a deviation, limit %.0e: %s",
              name,
              precision,
              parity.error(),
              parity.limit(),
              parity.passed() ? "passed" : "MISSED");
        });
  }

  /** Whether all goals are met so far. */
  boolean passed() {
    return parities.stream().allMatch(Parity::passed)
        && endurances.stream().allMatch(Endurance::passed);
  }

  /** Whether something could not be done. */
  boolean failed() {
    return !failures.isEmpty();
  }

  /** Runs over and over, on a GPU. */
  void endure(String name, Workload workload, int runs) throws IOException {
    attempt(name, Precision.FP32, "endurance", () -> repeat(name, workload, runs));
  }

  private void repeat(String name, Workload workload, int runs) {
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

  /** Takes the time. */
  void measure(String name, Workload workload, Precision precision) throws IOException {
    attempt(
        name,
        precision,
        "latency",
        () -> {
          DeviceLatency latency = DeviceLatency.of(name, workload, backend, precision);
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
        });
  }

  private void attempt(String network, Precision precision, String name, Runnable stage)
      throws IOException {
    // Until it ends, so that this is what a process leaves that is ended by force.
    failures.add(new Failure(network, precision, name, "has not ended", ""));
    write();
    try {
      stage.run();
      failures.removeLast();
    } catch (RuntimeException | Error e) {
      // Whatever it is, as bindings throw errors, too: a machine that is lent for minutes is not
      // asked twice.
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace, true));
      failures.set(
          failures.size() - 1,
          new Failure(network, precision, name, e.toString(), trace.toString()));
      say("%-22s %s %s FAILED: %s", network, precision, name, e);
      System.err.print(trace);
    }
    write();
  }

  private void write() throws IOException {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("backend", backend.name());
    results.put("device", backend.probe().detail());
    results.put("findings", backend.probe().findings());
    results.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    results.put("passed", passed() && !failed() && !Boolean.FALSE.equals(earlier.get("passed")));
    results.put("parity", withEarlier("parity", parities));
    results.put("endurance", withEarlier("endurance", endurances));
    results.put("latency", withEarlier("latency", latencies));
    results.put("failures", withEarlier("failures", failures));
    results.put("log", withEarlier("log", log.lines()));
    String text = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(results) + "\n";
    AtomicFile.write(output, text.getBytes(StandardCharsets.UTF_8));
  }

  private List<?> withEarlier(String name, List<?> found) {
    return earlier.get(name) instanceof List<?> before
        ? Stream.concat(before.stream(), found.stream()).toList()
        : found;
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
