package dev.vgnet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.report.MadeUpResults;
import dev.vgnet.cli.Main;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  @TempDir private Path folder;

  private int run(String arguments) {
    String line = arguments.replace("DIR", folder.toString());
    return Main.execute(new BenchCommand(), line.split(" "));
  }

  /** What stderr says of something that cannot be done. */
  private String refusal(int exitCode, String arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertEquals(exitCode, run(arguments));
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8).strip();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "layers --help",
        "startup --help",
        "sharing --help",
        "report --help",
        "compare --help",
        "help report",
        "--version"
      })
  void explainsItself(String arguments) {
    assertEquals(0, run(arguments));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--table nothing",
        "--batch sixteen",
        "--peers tensorflow",
        "--devices tpu",
        "--nothing",
        "--models [",
        "--models nothing --output DIR",
        "--table bsconv --models vgnetg_1_0mp --output DIR",
        "--batch 0 --output DIR",
        "--threads 0 --output DIR",
        "layers --threads 1025 --output DIR",
        "startup vgnetg_1_0mp --threads 0",
        "layers --models nothing --output DIR",
        "sharing --models nothing --output DIR",
        "sharing --batch 0 --output DIR",
        "sharing --threads 0 --output DIR",
        "startup",
        "startup nothing --output DIR",
        "report",
        "compare DIR"
      })
  void refusesWhatItDoesNotKnow(String arguments) {
    assertEquals(MISUSED, run(arguments));
    assertFalse(Files.exists(folder.resolve("results.json")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--gpu DIR/nothing.json --output DIR", "report DIR", "compare DIR DIR"})
  void refusesWhatCannotBeMeasured(String arguments) throws IOException {
    assertEquals(FAILED, run(arguments));
    assertFalse(Files.exists(folder.resolve("results.json")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "{\"conditions\": {}}", "not mine"})
  void refusesResultsThatAreNone(String text) throws IOException {
    Files.writeString(folder.resolve("results.json"), text);
    assertEquals(FAILED, run("report DIR"));
    assertEquals(FAILED, run("compare DIR DIR"));
    assertEquals(FAILED, run("--models vgnetg_1_0mp --output DIR --resume"));
    assertEquals(text, Files.readString(folder.resolve("results.json")));
  }

  /** Each in place of what the file or its result holds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          conditions | {}
          conditions | {"cpu": "a CPU"}
          peakGflops | {"two": 100}
          peakGflops | {"2": null}
          results    | [null]
          results    | [{}]
          results    | [{"model": "vgnetg_1_0mp", "batch": 16, "threads": 2}]
          model      | null
          batch      | 0
          load       | {}
          engines    | {}
          engines    | {"vgnet": null}
          engines    | {"vgnet": {"iterations": []}}
          engines    | {"vgnet": {"median": 1}}
          engines    | {"cuda-fp32": {"median": 1, "iterations": []}}
          earlier    | {"ort": {}}
          """)
  void refusesResultsThatLackSomething(String field, String value) throws IOException {
    Path path = folder.resolve("results.json");
    new ResultFile<>(path, NetworkResult.class, Conditions.here())
        .replace(List.of(), MadeUpResults.result("vgnetg_1_0mp", 16, 40, 0));
    Map<String, Object> file = JSON.std.mapFrom(Files.readString(path));
    Map<String, Object> result =
        JSON.std.mapFrom(JSON.std.asString(((List<?>) file.get("results")).getFirst()));
    file.put("results", List.of(result));
    (file.containsKey(field) ? file : result).put(field, JSON.std.anyFrom(value));
    Files.writeString(path, JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(file));
    for (String command :
        List.of("report DIR", "compare DIR DIR", "--models vgnetg_1_0mp --output DIR --resume")) {
      String said = refusal(FAILED, command);
      assertTrue(said.endsWith("results.json holds no results of vgnet bench"), said);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"layers.json", "sharing.json"})
  void refusesFurtherResultsThatLackSomething(String name) throws IOException {
    Path path = folder.resolve(name);
    new ResultFile<>(path, NetworkResult.class, Conditions.here()).addPeak(1, 100);
    Files.writeString(
        path, Files.readString(path).replaceFirst("\"results\" *: *\\[ *]", "\"results\": [{}]"));
    String command = name.replace(".json", "");
    String said = refusal(FAILED, command + " --models cifar_resnet20 --output DIR --resume");
    assertTrue(said.endsWith(name + " holds no results of vgnet bench"), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 | --table vgnet --models resnet18 --output DIR/out | is called resnet18; see vgnet list, and --table for others
          2 | --models regnet_x --output DIR/out | is called regnet_x (but regnet_x_400mf_w384, regnet_x_400mf); see vgnet list
          2 | layers --models foo --output DIR/out | is called foo; see vgnet list
          2 | startup foo --output DIR/out | is called foo; see vgnet list
          2 | --models vgnetg_1_0mp --batch 20000 --output DIR/out | must be at most 14266 for
          1 | --models vgnetg_1_0mp --output DIR/text | text is not a folder
          1 | layers --models vgnetg_1_0mp --output DIR/text | text is not a folder
          1 | startup vgnetg_1_0mp --output DIR/text | text is not a folder
          1 | startup vgnetg_1_0mp --output DIR | startup.json is there already; --output names
          1 | --models vgnetg_1_0mp --gpu DIR/text --output DIR/out | text is not a JSON object
          1 | --models vgnetg_1_0mp --gpu DIR/bytes --output DIR/out | bytes is not a JSON object
          1 | --models vgnetg_1_0mp --gpu DIR/runs --output DIR/out | runs holds neither this engine's
          1 | --models vgnetg_1_0mp --gpu DIR/batch --output DIR/out | batch holds neither this engine's
          1 | report DIR | results.json is not a JSON object: line 1
          """)
  void saysInALineWhatIsWrongAndLeavesNothing(int exitCode, String arguments, String reason)
      throws IOException {
    Files.writeString(folder.resolve("text"), "hello");
    Files.writeString(folder.resolve("startup.json"), "mine");
    Files.write(folder.resolve("bytes"), new byte[] {'{', '"', -1, -2, 0, 7});
    Files.writeString(folder.resolve("runs"), "{\"latency\": [3]}");
    Files.writeString(folder.resolve("batch"), "{\"latency\": [{\"medianMillis\": 3}]}");
    Files.writeString(folder.resolve("results.json"), "{\"conditions\": {\"cpu\"");
    String said = refusal(exitCode, arguments);
    assertTrue(said.contains(reason), said);
    assertEquals(1, said.lines().count(), said);
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void namesWhatIsOtherThanWhenAFileWasMeasured() throws IOException {
    MadeUpResults.file(folder).addPeak(2, 100);
    String said = refusal(FAILED, "--models vgnetg_1_0mp --output DIR --resume");
    assertTrue(said.contains("other conditions: the CPU was a CPU, is "), said);
    assertTrue(said.contains("; jmh was 1, is "), said);
    assertFalse(said.contains("vgnet was"), said);
  }

  @Test
  void leavesAGpuOutThatIsNotThere() throws IOException {
    Assumptions.assumeFalse(hasGpu());
    String nothingElse = refusal(FAILED, "--models vgnetg_1_0mp --devices cuda --output DIR");
    assertTrue(nothingElse.contains("CUDA"), nothingElse);
    MadeUpResults.file(folder).addPeak(2, 100);
    String command = "--models vgnetg_1_0mp --devices cpu,cuda --output DIR --resume";
    // It goes on to the file, which it refuses.
    assertTrue(refusal(FAILED, command).contains("other conditions"));
  }

  private static boolean hasGpu() {
    try {
      return Backends.choose(Device.CUDA, Optional.empty()) != null;
    } catch (DeviceUnavailableException _) {
      return false;
    }
  }

  @Test
  void aNameIsTakenAsItIs() {
    String said =
        refusal(MISUSED, "--models vgnetg_1_0mp+silu,mobilenet_v2_x0_5 --batch 20000 --output DIR");
    assertTrue(said.contains("--batch must be at most"), said);
  }

  @Test
  void keepsWhatIsThereUnlessToldToGoOn() throws IOException {
    Path results = folder.resolve("results.json");
    Files.writeString(results, "not mine");
    assertEquals(FAILED, run("--models vgnetg_1_0mp --output DIR"));
    assertEquals("not mine", Files.readString(results));
  }
}
