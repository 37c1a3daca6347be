package dev.vgnet.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.Ratio;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Size;
import dev.vgnet.cli.CommandFailure;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** What is written from results that are made up, so that every figure is known. */
class ReportTest {
  @TempDir private Path folder;
  private ResultFile<NetworkResult> file;

  @BeforeEach
  void measure() throws IOException {
    file = MadeUpResults.file(folder);
    file.addPeak(2, 100);
    file.replace(List.of(), MadeUpResults.result("vgnetg_1_0mp", 16, 40, 0));
    file.replace(List.of(), MadeUpResults.result("mobilenet_v2_x0_5", 16, 20, 0.08));
    for (int batch : new int[] {1, 2, 64}) {
      file.replace(List.of(), MadeUpResults.result("vgnetg_1_0mp", batch, 2.5 * batch, 0));
    }
    file.replace(List.of(), MadeUpResults.result("cifar_resnet20", 16, 10, 0));
    file.replace(List.of(), MadeUpResults.result("cifar_resnet110_bsconvu", 16, 15, 0));
  }

  private String report(Path... gpu) throws IOException {
    new Report(file, GpuResults.read(List.of(gpu))).write(folder);
    return Files.readString(folder.resolve("table.md"));
  }

  /** The cells of the line that begins with this one. */
  private static Map<String, String> row(String text, String title, String label) {
    List<String> lines =
        text.lines()
            .dropWhile(line -> !line.contains(title))
            .filter(l -> l.startsWith("|"))
            .toList();
    List<String> headers = cells(lines.getFirst());
    List<String> cells =
        lines.stream()
            .map(ReportTest::cells)
            .filter(c -> c.getFirst().equals(label))
            .findFirst()
            .orElseThrow();
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      row.put(headers.get(i), cells.get(i));
    }
    return row;
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
  }

  @Test
  void tableHasThePapersOrderAndFigures() throws IOException {
    String text = report();
    assertTrue(text.indexOf("MobileNetV2 ×0.5") < text.indexOf("VGNetG-1.0MP"), text);
    assertTrue(text.contains("2 of the table's 20 networks"), text);
    Map<String, String> row = row(text, "ImageNet; batch 16, 2 threads", "VGNetG-1.0MP");
    assertEquals("997,358", row.get("parameters"));
    assertEquals("0.997 M", row.get("paper's"));
    assertEquals("4.37", row.get("paper's GPU ms"));
    assertEquals("40.00", row.get("this engine ms"));
    assertEquals("60.00", row.get("this engine p95"));
    assertEquals("400", row.get("this engine images/s"));
    assertEquals("80.00", row.get("ONNX Runtime ms"));
    assertEquals("120.00", row.get("ONNX Runtime p95"));
    assertEquals("2.00 (1.90–2.05)", row.get("ONNX Runtime ÷ ours"));
    assertEquals("113 %", row.get("of peak"));
    assertEquals("", row.get("doubts"));
    Map<String, String> drifting = row(text, "ImageNet; batch 16, 2 threads", "MobileNetV2 ×0.5");
    assertEquals("this engine drifted +8 %; ONNX Runtime drifted +8 %", drifting.get("doubts"));
  }

  @Test
  void overviewHasAllMediansAndRatios() throws IOException {
    String text = report();
    Map<String, String> row = row(text, "## VGNet, Table 3: ImageNet", "VGNetG-1.0MP");
    assertEquals("0.997 M", row.get("paper's"));
    assertEquals("40.00 (2.00)", row.get("batch 16, 2 threads"));
    assertFalse(row.containsKey("batch 64, 2 threads"), "a single network");
    assertEquals(
        "20.00 (2.00)†",
        row(text, "## VGNet, Table 3", "MobileNetV2 ×0.5").get("batch 16, 2 threads"));
  }

  @Test
  void ratiosComeToAMeanForEachTable() throws IOException {
    Ratio behind = new Ratio(0.5, 0.49, 0.51);
    file.replace(
        List.of(file.results().getFirst()),
        MadeUpResults.result("vgnetg_1_0mp", 16, 40, 0, Map.of("ort", behind)));
    String text = report();
    String title = "time over this engine's";
    Map<String, String> vgnet = row(text, title, "VGNet, Table 3: ImageNet");
    assertEquals("2", vgnet.get("networks"));
    assertEquals("1.00", vgnet.get("batch 16, 2 threads"));
    assertEquals("1.00", vgnet.get("all"));
    assertEquals("1 of 2", vgnet.get("at least 1"));
    assertEquals("VGNetG-1.0MP 0.50", vgnet.get("below 1: the least of a network"));
    Map<String, String> all = row(text, title, "all networks");
    assertEquals("4", all.get("networks"));
    assertEquals("1.41", all.get("all"));
    assertEquals("3 of 4", all.get("at least 1"));
  }

  @Test
  void doubtsAreTheSameEverywhere() throws IOException {
    String text = report();
    Map<String, String> pair = row(text, "ImageNet; two by two", "VGNetG-1.0MP");
    assertEquals("2.00†", pair.get("time ÷, batch 16, 2 threads"));
    Map<String, String> steady = row(text, "changes; two by two", "ResNet-110 (CIFAR), BSConv-U");
    assertEquals("1.50", steady.get("time ÷, batch 16, 2 threads"));
  }

  @Test
  void twoNetworksThatWereMeasuredFarApartAreDoubtful() throws IOException {
    NetworkResult last = file.results().getLast();
    assertEquals("cifar_resnet110_bsconvu", last.model());
    for (String measured : List.of("2026-01-02T03:14:05Z", "2026-01-02T03:14:06Z")) {
      file.replace(List.of(file.results().getLast()), MadeUpResults.at(measured, last));
      Map<String, String> pair =
          row(report(), "changes; two by two", "ResNet-110 (CIFAR), BSConv-U");
      assertEquals(
          measured.endsWith("5Z") ? "1.50" : "1.50†", pair.get("time ÷, batch 16, 2 threads"));
    }
  }

  @Test
  void theStateOfTheEngineIsTold() throws IOException {
    assertTrue(report().contains("\n* state of this engine: abc1234 (7 settings)\n"));
  }

  @Test
  void networksAreComparedTwoByTwo() throws IOException {
    String text = report();
    Map<String, String> vgnet = row(text, "ImageNet; two by two", "VGNetG-1.0MP");
    assertEquals("MobileNetV2 ×0.5", vgnet.get("beside"));
    assertEquals("66.6 % / 63.9 %", vgnet.get("accuracy"));
    assertEquals("0.92", vgnet.get("time ÷, paper"));
    Map<String, String> bsconv = row(text, "changes; two by two", "ResNet-110 (CIFAR), BSConv-U");
    assertEquals("0.88", bsconv.get("parameters ÷"));
    assertFalse(bsconv.containsKey("time ÷, paper"));
    assertEquals(
        "41.1", row(text, "## BSConv beside", "ResNet-110 (CIFAR), BSConv-U").get("paper's (M)"));
  }

  @Test
  void tablesReplaceThoseOfAPage() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "before\n<!-- begin tables -->\nold $1\n<!-- end tables -->\nafter\n");
    Report report = new Report(file, GpuResults.read(List.of()));
    Path pictures = folder.resolve("pictures");
    report.insert(page, pictures, List.of("a-b"));
    String once = Files.readString(page);
    assertTrue(
        once.startsWith("before\n<!-- begin tables -->\n\nONNX Runtime's time over this engine's"),
        once);
    assertTrue(once.contains("|\n\n![a-b](pictures/a-b.svg)\n\n### VGNet"), once);
    assertTrue(once.endsWith("\n<!-- end tables -->\nafter\n"), once);
    assertFalse(once.contains("old"), once);
    report.insert(page, pictures, List.of("a-b"));
    assertEquals(once, Files.readString(page));
    assertTrue(once.contains("(pictures/table.md)"), once);
    report.insert(page, folder, List.of("a-b"));
    String beside = Files.readString(page);
    assertTrue(beside.contains("![a-b](a-b.svg)"), beside);
    assertTrue(beside.contains("(table.md)"), beside);
    Path other = folder.resolve("table.md");
    report.write(folder);
    assertThrows(CommandFailure.class, () -> report.insert(other, folder, List.of()));
  }

  /** This engine's figures of one network on one GPU. */
  private Path oursOnAGpu() throws IOException {
    return Files.writeString(
        folder.resolve("gpu.json"),
        """
        {"device": "a GPU", "latency": [
          {"network": "vgnetg_1_0mp", "precision": "TF32", "batch": 16, "medianMillis": 0.25,
           "onDeviceMillis": 0.125}]}
        """);
  }

  @Test
  void columnsWithoutADeviceAreLeftOut() throws IOException {
    assertFalse(report().contains("CUDA"));
    Path ours = oursOnAGpu();
    Path peer = folder.resolve("peer.json");
    Files.writeString(
        peer,
        """
        {"device": "a GPU", "torch": "2", "results": [
          {"model": "x/vgnetg_1_0mp.safetensors", "precision": "fp16", "variant": "eager",
           "batch": 16, "medianMillis": 2.5},
          {"model": "x/vgnetg_1_0mp.safetensors", "precision": "fp16", "variant": "cuda_graph",
           "batch": 16, "medianMillis": 0.5},
          {"model": "x/vgnetg_1_0mp.safetensors", "precision": "fp32", "variant": "compile",
           "batch": 16, "failure": "no compiler"}]}
        """);
    Map<String, String> row =
        row(report(ours, peer), "ImageNet; batch 16, 2 threads", "VGNetG-1.0MP");
    assertEquals("0.250", row.get("CUDA TF32 ms"));
    assertEquals("0.125", row.get("CUDA TF32 without copies ms"));
    assertEquals("0.500", row.get("PyTorch FP16 ms"));
    assertFalse(row.containsKey("PyTorch FP32 ms"));
    assertThrows(CommandFailure.class, () -> report(folder.resolve("results.json")));
  }

  @Test
  void figuresOfAGpuAreInTheOverviewOnce() throws IOException {
    for (String model : List.of("vgnetg_1_0mp", "mobilenet_v2_x0_5")) {
      file.replace(List.of(), MadeUpResults.result(model, new Size(16, 1), 70, 0, Map.of()));
    }
    Path ours = oursOnAGpu();
    String text = report(ours);
    assertEquals(
        List.of(
            "batches/s",
            "CUDA TF32, batch 16",
            "CUDA TF32 without copies, batch 16",
            "batch 16, 1 thread",
            "batch 16, 2 threads"),
        cells(text.lines().filter(line -> line.contains("batches/s")).findFirst().orElseThrow())
            .subList(6, 11));
  }

  @Test
  void eachGpuHasColumnsOfItsOwn() throws IOException {
    Path one = latencies("one", 0.25);
    Path other = latencies("other", 0.5);
    Path peer = folder.resolve("peer.json");
    Files.writeString(
        peer,
        """
        {"device": "one", "torch": "2", "results": [
          {"model": "vgnetg_1_0mp", "precision": "tf32", "batch": 16, "medianMillis": 0.75}]}
        """);
    String title = "ImageNet; batch 16, 2 threads";
    Map<String, String> row = row(report(one, other, peer), title, "VGNetG-1.0MP");
    assertEquals("0.250", row.get("CUDA TF32 on one ms"));
    assertEquals("0.500", row.get("CUDA TF32 on other ms"));
    assertEquals("0.750", row.get("PyTorch TF32 on one ms"));
    row = row(report(one, peer), title, "VGNetG-1.0MP");
    assertEquals("0.250", row.get("CUDA TF32 ms"));
    assertEquals("0.750", row.get("PyTorch TF32 ms"));
  }

  private Path latencies(String gpu, double millis) throws IOException {
    Path path = folder.resolve(gpu + ".json");
    Files.writeString(
        path,
        """
        {"device": "%s, compute capability 9.0, 139.8 GiB", "latency": [
          {"network": "vgnetg_1_0mp", "precision": "TF32", "batch": 16, "medianMillis": %s}]}
        """
            .formatted(gpu, millis));
    return path;
  }

  @Test
  void theGpuIsTold() throws IOException {
    file = MadeUpResults.file(Files.createDirectory(folder.resolve("gpu")), "a GPU");
    assertTrue(report().contains("\n* GPU: a GPU\n"));
  }

  /** Beside what a CPU computed of other batches, and alone. */
  @Test
  void aBatchThatOnlyAGpuComputedHasATable() throws IOException {
    Path alone = Files.createDirectory(folder.resolve("alone"));
    for (ResultFile<NetworkResult> results : List.of(file, MadeUpResults.file(alone))) {
      file = results;
      for (String model : List.of("vgnetg_1_0mp", "mobilenet_v2_x0_5")) {
        file.replace(List.of(), MadeUpResults.result(model, new Size(4, 0), 1, 0, Map.of()));
      }
      Map<String, String> row = row(report(), "ImageNet; batch 4", "VGNetG-1.0MP");
      assertEquals("4.00", row.get("this engine, CUDA FP32 ms"));
      assertFalse(row.containsKey("this engine ms"));
      assertFalse(row.containsKey("GFLOP/s"));
    }
  }

  @Test
  void conditionsAndScalingAreTold() throws IOException {
    String text = report();
    assertEquals("400", row(text, "by batch and threads", "64").get("this engine, 2 threads"));
    for (String condition :
        List.of(
            "a CPU; 2 processors",
            "256 bits",
            "-Dx=y",
            "jmh 1",
            "100 GFLOP/s",
            "0.7 at most",
            "count direct sums")) {
      assertTrue(text.contains(condition), condition);
    }
  }

  @Test
  void picturesCanBeOpened() throws Exception {
    report();
    for (String name :
        List.of(
            "vgnet-engines",
            "vgnet-parameters",
            "vgnet-accuracy",
            "bsconv-engines",
            "scaling-vgnetg_1_0mp")) {
      BufferedImage image = ImageIO.read(folder.resolve(name + ".png").toFile());
      assertTrue(colours(image) > 10, name);
      String svg = Files.readString(folder.resolve(name + ".svg"));
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      Element root =
          factory
              .newDocumentBuilder()
              .parse(folder.resolve(name + ".svg").toFile())
              .getDocumentElement();
      assertEquals("svg", root.getTagName());
      assertTrue(root.getAttribute("viewBox").startsWith("0 0 "), "it can be scaled");
      assertTrue(svg.contains("VGNet") || svg.contains("ResNet") || svg.contains("vgnet"), name);
    }
  }

  private static long colours(BufferedImage image) {
    return Arrays.stream(
            image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
        .distinct()
        .count();
  }

  /** Of 40 ms in turns with others; 25 ms alone since then. */
  @Test
  void figuresOfPeersThatWereNotAskedForAgainAreKept() throws IOException {
    assertFalse(report().contains("‡"));
    Ratio ratio = new Ratio(3, 2.9, 3.1);
    NetworkResult first =
        MadeUpResults.result("vgnetg_1_0mp", 16, 40, 0, Map.of("ort", ratio, "djl", ratio));
    NetworkResult second =
        MadeUpResults.result("vgnetg_1_0mp", 16, 30, 0, Map.of("ort", ratio)).keeping(first);
    NetworkResult third = MadeUpResults.result("vgnetg_1_0mp", 16, 25, 0, Map.of()).keeping(second);
    assertEquals(third.engines().keySet(), first.engines().keySet());
    file.replace(List.of(file.results().getFirst()), third);
    file = ResultFile.read(folder.resolve("results.json"), NetworkResult.class);
    Map<String, String> row = row(report(), "ImageNet; batch 16, 2 threads", "VGNetG-1.0MP");
    assertEquals("25.00", row.get("this engine ms"));
    assertEquals("60.00", row.get("ONNX Runtime ms"));
    assertEquals("120.00", row.get("PyTorch (DJL) ms"));
    assertEquals("3.00 (2.90–3.10)", row.get("PyTorch (DJL) ÷ ours"));
    assertEquals(
        "ONNX Runtime kept from 2026-01-02T03:04:05Z beside this engine at 30.000 ms;"
            + " PyTorch (DJL) kept from 2026-01-02T03:04:05Z beside this engine at 40.000 ms",
        row.get("doubts"));
    Map<String, String> overview = row(report(), "## VGNet, Table 3: ImageNet", "VGNetG-1.0MP");
    assertEquals("25.00 (3.00‡)", overview.get("batch 16, 2 threads"));
    assertEquals("3.00‡", overview.get("PyTorch (DJL) ÷ ours, batch 16, 2 threads"));
    assertTrue(report().contains("‡ from an earlier measurement"));
    Map<String, String> scaling = row(report(), "by batch and threads", "16");
    assertEquals("133‡", scaling.get("PyTorch (DJL), 2 threads"));
    assertEquals(2, marks("vgnet-engines"));
    assertEquals(2, marks("scaling-vgnetg_1_0mp"));
    assertEquals(0, marks("bsconv-engines"));
    NetworkResult anew = first.keeping(third);
    assertEquals(Map.of(), anew.earlier());
  }

  /** How many points of a chart that explains the sign have it. */
  private long marks(String chart) throws IOException {
    String svg = Files.readString(folder.resolve(chart + ".svg"));
    long signs = svg.chars().filter(c -> c == '‡').count();
    assertEquals(signs > 0, svg.contains("‡ from an earlier measurement"), chart);
    return Math.max(0, signs - 1);
  }

  @Test
  void linesWithoutAnyResultAreNotDrawn() throws IOException {
    Ratio ratio = new Ratio(3, 2.9, 3.1);
    file.replace(
        List.of(file.results().getFirst()),
        MadeUpResults.result("vgnetg_1_0mp", 16, 40, 0, Map.of("djl", ratio)));
    file.replace(List.of(), MadeUpResults.result("vgnetg_1_0mp", new Size(16, 1), 70, 0, Map.of()));
    String text = report();
    Map<String, String> row = row(text, "by batch and threads", "16");
    assertEquals("229", row.get("this engine, 1 thread"));
    assertEquals("133", row.get("PyTorch (DJL), 2 threads"));
    assertFalse(row.containsKey("PyTorch (DJL), 1 thread"));
    String svg = Files.readString(folder.resolve("scaling-vgnetg_1_0mp.svg"));
    assertTrue(svg.contains(">400<"), "a number on the axis");
    assertFalse(svg.contains("PyTorch (DJL), 1 thread"), svg);
  }

  @Test
  void filesFromBeforeAnythingWasKeptAreRead() throws IOException {
    String text = report();
    Path path = folder.resolve("results.json");
    Map<String, Object> content = JSON.std.mapFrom(Files.readString(path));
    for (Object result : (List<?>) content.get("results")) {
      assertEquals(Map.of(), ((Map<?, ?>) result).remove("earlier"));
      assertEquals("abc1234", ((Map<?, ?>) result).remove("commit"));
    }
    Files.writeString(path, JSON.std.asString(content));
    file = ResultFile.read(path, NetworkResult.class);
    assertEquals(text.replace("abc1234", "not noted"), report());
  }

  @Test
  void aPeakMayBeAWholeNumber() throws IOException {
    Path path = folder.resolve("results.json");
    Files.writeString(path, Files.readString(path).replace("100.0", "100"));
    assertEquals(100, ResultFile.read(path, NetworkResult.class).peak(2));
  }

  @Test
  void resultsAreReadBackAsTheyWere() throws IOException {
    ResultFile<NetworkResult> read =
        ResultFile.read(folder.resolve("results.json"), NetworkResult.class);
    assertEquals(file.conditions(), read.conditions());
    assertEquals(file.peaks(), read.peaks());
    assertEquals(
        new Report(file, GpuResults.read(List.of())).text(),
        new Report(read, GpuResults.read(List.of())).text());
  }
}
