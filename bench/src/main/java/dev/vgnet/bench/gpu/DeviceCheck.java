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
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What has been found out about a device: told as it is found, and written as JSON. */
final class DeviceCheck {
  private final Backend backend;
  private final List<Endurance> endurances = new ArrayList<>();
  private final List<Parity> parities = new ArrayList<>();
  private final List<DeviceLatency> latencies = new ArrayList<>();

  DeviceCheck(Backend backend) {
    this.backend = backend;
  }

  /** Compares all precisions with the reference. */
  void prove(String name, Workload workload) {
    float[] expected = Parity.reference(workload);
    for (Precision precision : Precision.values()) {
      Parity parity = Parity.of(name, workload, expected, backend.device(), precision);
      parities.add(parity);
      say(
          "%-22s %s error %.2e of a deviation, limit %.0e: %s",
          name, precision, parity.error(), parity.limit(), parity.passed() ? "passed" : "MISSED");
    }
  }

  /** Whether all goals are met so far. */
  boolean passed() {
    return parities.stream().allMatch(Parity::passed)
        && endurances.stream().allMatch(Endurance::passed);
  }

  /** Runs over and over, on a GPU. */
  void endure(String name, Workload workload, int runs) {
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

  /** Takes the time of all precisions. */
  void measure(String name, Workload workload) {
    for (Precision precision : Precision.values()) {
      DeviceLatency latency = DeviceLatency.of(name, workload, backend.device(), precision);
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

  /** Writes all that was found so far, as JSON. */
  void write(Path path) throws IOException {
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
