package dev.vgnet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vgnet.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  @TempDir private Path folder;

  private int run(String arguments) {
    String line = arguments.replace("DIR", folder.toString());
    return Main.execute(new BenchCommand(), line.split(" "));
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
        "startup",
        "report",
        "compare DIR"
      })
  void refusesWhatItDoesNotKnow(String arguments) {
    assertEquals(MISUSED, run(arguments));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--models nothing --output DIR",
        "--table bsconv --models vgnetg_1_0mp --output DIR",
        "--batch 0 --output DIR",
        "--threads 0 --output DIR",
        "layers --threads 1025 --output DIR",
        "startup vgnetg_1_0mp --threads 0",
        "--gpu DIR/nothing.json --output DIR",
        "layers --models nothing --output DIR",
        "startup nothing --output DIR",
        "sharing --models nothing --output DIR",
        "sharing --batch 0 --output DIR",
        "sharing --threads 0 --output DIR",
        "report DIR",
        "compare DIR DIR"
      })
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

  @Test
  void keepsWhatIsThereUnlessToldToGoOn() throws IOException {
    Path results = folder.resolve("results.json");
    Files.writeString(results, "not mine");
    assertEquals(FAILED, run("--models vgnetg_1_0mp --output DIR"));
    assertEquals("not mine", Files.readString(results));
  }
}
