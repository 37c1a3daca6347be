package dev.vgnet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.report.MadeUpResults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
  @TempDir private Path folder;
  private Path before;
  private Path after;

  @BeforeEach
  void makeFolders() throws IOException {
    before = Files.createDirectory(folder.resolve("before"));
    after = Files.createDirectory(folder.resolve("after"));
  }

  private static void write(Path folder, String model, double millis, double ratio)
      throws IOException {
    NetworkResult result =
        MadeUpResults.result(model, 16, millis, 0, Map.of("ort", new Ratio(ratio, ratio, ratio)));
    MadeUpResults.file(folder).replace(List.of(), result);
  }

  private String compare() {
    StringWriter out = new StringWriter();
    int code =
        new CommandLine(new CompareCommand())
            .setOut(new PrintWriter(out))
            .execute(before.toString(), after.toString());
    assertEquals(0, code);
    return out.toString();
  }

  @Test
  void tellsHowTimesAndRatiosChanged() throws IOException {
    write(before, "vgnetg_1_0mp", 40, 1.5);
    write(after, "vgnetg_1_0mp", 44, 1.47);
    write(before, "mobilenet_v2_x0_5", 20, 1.0);
    write(after, "mobilenet_v2_x0_5", 20, 1.2);
    write(after, "cifar_resnet20", 10, 2);
    List<String> lines = compare().lines().map(line -> line.replaceAll(" +", " ")).toList();
    assertEquals(
        "| vgnetg_1_0mp | batch 16, 2 threads | 40.00 | 44.00 | +10.0 % | 1.50 | 1.47 | -2.0 % |",
        lines.get(2));
    assertTrue(lines.get(3).contains("| +0.0 % | 1.00 | 1.20 | +20.0 % |"), lines.get(3));
    assertEquals(6, lines.size(), "nothing of the network that only one of them has");
    assertEquals(
        "Ratios to ONNX Runtime: 1 of 2 changed by at most 5 %; median 11.0 %, most 20.0 %.",
        lines.getLast());
  }

  @Test
  void otherConditionsAreTold() throws IOException {
    write(before, "vgnetg_1_0mp", 40, 1.5);
    write(after, "vgnetg_1_0mp", 40, 1.5);
    assertTrue(compare().startsWith("| network"), "under the same ones");
    Path path = after.resolve("results.json");
    Files.writeString(path, Files.readString(path).replace("a CPU", "another CPU"));
    String text = compare();
    assertTrue(text.startsWith("Other conditions: the CPU was a CPU, is another CPU."), text);
  }

  @Test
  void aRatioThatWasKeptIsNotComparedWithItself() throws IOException {
    write(before, "vgnetg_1_0mp", 40, 1.5);
    NetworkResult then =
        ResultFile.read(before.resolve("results.json"), NetworkResult.class).results().getFirst();
    NetworkResult now = MadeUpResults.result("vgnetg_1_0mp", 16, 20, 0, Map.of()).keeping(then);
    MadeUpResults.file(after).replace(List.of(), now);
    String text = compare();
    assertTrue(text.contains("-50.0 %"), text);
    assertTrue(text.endsWith("No ratio was measured in both.\n"), text);
  }

  @Test
  void saysThatNothingCanBeCompared() throws IOException {
    write(before, "vgnetg_1_0mp", 40, 1.5);
    write(after, "cifar_resnet20", 40, 1.5);
    assertTrue(compare().endsWith("No ratio was measured in both.\n"));
  }
}
