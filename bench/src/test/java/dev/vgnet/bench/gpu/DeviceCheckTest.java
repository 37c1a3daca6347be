package dev.vgnet.bench.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.cuda.EmulatedBackend;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What is written of a device of which parts fail. */
class DeviceCheckTest {
  private static final String NETWORK = "cifar_resnet20";

  private final DeviceLog log = DeviceLog.listening();

  @TempDir private Path folder;
  private Path output;

  @BeforeEach
  void nameTheFile() {
    output = folder.resolve("results.json");
  }

  @AfterEach
  void closesTheDevice() {
    EmulatedBackend.setDevice(Optional.empty());
    log.close();
  }

  private static EmulatedDriver open(Precision precision) {
    if (precision == Precision.TF32) {
      throw new DeviceFailedException("made up");
    }
    return new EmulatedDriver(precision, 1L << 30);
  }

  private Map<String, Object> results() throws IOException {
    return JSON.std.mapFrom(Files.readAllBytes(output));
  }

  private List<?> results(String name) throws IOException {
    return (List<?>) results().get(name);
  }

  @Test
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void goesOnAfterAFailure() throws IOException {
    EmulatedBackend.setDevice(Optional.of(DeviceCheckTest::open));
    Workload workload = Workload.random(NETWORK, 1);
    float[] expected = Parity.reference(workload);
    DeviceCheck check = new DeviceCheck(new EmulatedBackend(), log, output, false);
    check.prove(NETWORK, workload, expected, Precision.FP32);
    assertFalse(check.failed());
    assertEquals(true, results().get("passed"));
    assertEquals(List.of(), results("failures"));
    check.prove(NETWORK, workload, expected, Precision.TF32);
    check.measure(NETWORK, workload, Precision.TF32);
    check.prove(NETWORK, workload, expected, Precision.FP16);
    assertTrue(check.failed());
    assertTrue(check.passed(), "what could be done");
    assertEquals(false, results().get("passed"));
    assertEquals(2, results("parity").size());
    List<?> failures = results("failures");
    Map<?, ?> last = (Map<?, ?>) failures.getLast();
    String error = DeviceFailedException.class.getName() + ": made up";
    assertEquals(NETWORK, last.get("network"));
    assertEquals("TF32", last.get("precision"));
    assertEquals("latency", last.get("stage"));
    assertEquals(error, last.get("error"));
    String trace = last.get("trace").toString();
    assertTrue(trace.startsWith(error + System.lineSeparator()), trace);
    assertTrue(trace.contains("DeviceCheckTest.open"), trace);
    assertEquals(2, failures.size());
  }

  @Test
  void keepsWhatTheBackendLogs() throws IOException {
    System.getLogger("dev.vgnet.cuda.any")
        .log(System.Logger.Level.DEBUG, "{0} is left out", "a way");
    Workload workload = Workload.random(NETWORK, 1);
    Backend cpu = Backends.choose(Device.CPU, Optional.empty());
    new DeviceCheck(cpu, log, output, false)
        .prove(NETWORK, workload, Parity.reference(workload), Precision.FP32);
    assertEquals(List.of("a way is left out"), results("log"));
  }

  @Test
  void goesOnAfterAnError() throws IOException {
    EmulatedBackend.setDevice(
        Optional.of(
            _ -> {
              throw new UnsatisfiedLinkError("made up");
            }));
    Workload workload = Workload.random(NETWORK, 1);
    DeviceCheck check = new DeviceCheck(new EmulatedBackend(), log, output, false);
    check.prove(NETWORK, workload, Parity.reference(workload), Precision.FP32);
    assertTrue(check.failed());
    Map<?, ?> failure = (Map<?, ?>) results("failures").getFirst();
    assertEquals(UnsatisfiedLinkError.class.getName() + ": made up", failure.get("error"));
  }

  /** Memory for so many images is asked for before any stage. */
  @Test
  void anErrorIsNoMissedGoal() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "--add-modules",
            "jdk.incubator.vector",
            DeviceMain.class.getName(),
            "--device",
            "CPU",
            "--batch",
            "500000",
            "--output",
            output.toString(),
            NETWORK);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectErrorStream(true).start();
    List<String> said = process.inputReader().readAllLines();
    assertEquals(4, process.waitFor(), said::toString);
    assertTrue(said.stream().anyMatch(line -> line.contains("OutOfMemoryError")), said::toString);
  }

  @Test
  void addsToWhatAnotherProcessHasFound() throws IOException {
    Workload workload = Workload.random(NETWORK, 1);
    float[] expected = Parity.reference(workload);
    Backend cpu = Backends.choose(Device.CPU, Optional.empty());
    expected[3] += 1;
    new DeviceCheck(cpu, log, output, false).prove(NETWORK, workload, expected, Precision.FP32);
    expected[3] -= 1;
    DeviceCheck next = new DeviceCheck(cpu, log, output, true);
    next.measure(NETWORK, workload, Precision.FP32);
    assertTrue(next.passed());
    assertEquals(false, results().get("passed"), "the one before has missed a goal");
    assertEquals(1, results("parity").size());
    Map<?, ?> latency = (Map<?, ?>) results("latency").getFirst();
    for (Object step : (List<?>) latency.get("steps")) {
      assertFalse(((Map<?, ?>) step).get("kernel").toString().isBlank(), "what computes a step");
    }
    assertEquals(cpu.probe().findings(), results("findings"));
  }
}
