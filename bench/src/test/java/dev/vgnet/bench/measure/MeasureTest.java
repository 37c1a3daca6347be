package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.TorchScript;
import dev.vgnet.bench.report.Tables;
import dev.vgnet.cli.CommandFailure;
import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measuring command from end to end, as short as JMH allows and within this process. */
class MeasureTest {
  private static final Effort SHORTEST = new Effort(0, 1, 3, 10);
  private static final String SMALLEST =
      Zoo.architectures().stream()
          .min(Comparator.comparingLong(ArchitectureInfo::multiplyAccumulates))
          .orElseThrow()
          .name();

  @TempDir private Path folder;
  private final StringWriter console = new StringWriter();

  @BeforeAll
  static void measureBesideOthers() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void measuresNetworksOnceAndGoesOn() throws IOException {
    Path path = folder.resolve("results.json");
    Measure first = measure();
    Setting alone = setting(EngineKind.VGNET);
    NetworkResult result =
        first.networks(path, List.of(alone), Tables::summary).results().getFirst();
    assertFalse(first.failed(), console::toString);
    assertEquals(Map.of(), result.ratios());

    Setting both = setting(EngineKind.VGNET, EngineKind.ORT);
    ResultFile<NetworkResult> file = measure().networks(path, List.of(both), Tables::summary);
    NetworkResult replaced = file.results().getFirst();
    assertEquals(1, file.results().size());
    assertEquals(List.of(3, 3), lengths(replaced));
    Ratio ratio = replaced.ratio(EngineKind.ORT).orElseThrow();
    assertTrue(ratio.low() < ratio.ratio());
    assertTrue(replaced.gflops(EngineKind.VGNET) > 0);

    console.getBuffer().setLength(0);
    file = measure().networks(path, List.of(alone, both), Tables::summary);
    assertEquals("", console.toString());
    assertEquals(List.of(replaced.measured()), measured(file));
    assertEquals(ratio, file.results().getFirst().ratio(EngineKind.ORT).orElseThrow());
    assertEquals(lengths(replaced), lengths(file.results().getFirst()));
    assertFalse(Files.readString(path).contains(System.getProperty("java.home")));
  }

  @Test
  void goingOnMeasuresAnewOnlyInMoreJvms() throws IOException {
    Setting setting = setting(EngineKind.VGNET);
    Path path = folder.resolve("results.json");
    NetworkResult inThisJvm =
        measure().networks(path, List.of(setting), Tables::summary).results().getFirst();
    assertTrue(setting.isAnsweredBy(inThisJvm, SHORTEST));
    assertFalse(setting.isAnsweredBy(inThisJvm, new Effort(1, 1, 3, 10)));
  }

  @Test
  void measuringAgainWithFewerPeersKeepsWhatIsKnownOfTheOthers() throws IOException {
    Path path = folder.resolve("results.json");
    Setting both = setting(EngineKind.VGNET, EngineKind.ORT);
    NetworkResult first =
        measure().networks(path, List.of(both), Tables::summary).results().getFirst();
    Setting alone = setting(EngineKind.VGNET);
    Measure again =
        new Measure(SHORTEST, SHORTEST, true, Conditions.here(), new PrintWriter(console, true));
    NetworkResult second =
        again.networks(path, List.of(alone), Tables::summary).results().getFirst();
    assertFalse(again.failed(), console::toString);
    assertEquals(first.ratio(EngineKind.ORT), second.ratio(EngineKind.ORT));
    assertEquals(
        first.latency(EngineKind.ORT).orElseThrow().median(),
        second.latency(EngineKind.ORT).orElseThrow().median());
    NetworkResult.Earlier then = second.earlier(EngineKind.ORT).orElseThrow();
    assertEquals(first.measured(), then.measured());
    double ours = first.latency(EngineKind.VGNET).orElseThrow().median();
    assertEquals(ours, then.first().median());
    assertTrue(console.toString().contains("kept from " + first.measured()), console::toString);
  }

  @Test
  void aSettingThatFailsIsToldAndLeftOut() throws IOException {
    String python = System.setProperty(TorchScript.PYTHON_PROPERTY, "no-such-python");
    try {
      Measure measure = measure();
      List<Setting> settings = List.of(setting(EngineKind.DJL), setting(EngineKind.VGNET));
      ResultFile<NetworkResult> file =
          measure.networks(folder.resolve("some.json"), settings, Tables::summary);
      assertTrue(measure.failed());
      assertEquals(1, file.results().size());
      assertTrue(console.toString().contains("no-such-python"), console.toString());
    } finally {
      if (python == null) {
        System.clearProperty(TorchScript.PYTHON_PROPERTY);
      } else {
        System.setProperty(TorchScript.PYTHON_PROPERTY, python);
      }
    }
  }

  @Test
  void refusesToMixConditions() throws IOException {
    Path path = folder.resolve("networks.json");
    Conditions here = Conditions.here();
    new ResultFile<>(path, NetworkResult.class, here).addPeak(1, 100);
    assertEquals(100, new ResultFile<>(path, NetworkResult.class, here).peak(1));
    Conditions there = conditions("another", here.versions());
    CommandFailure error =
        assertThrows(
            CommandFailure.class, () -> new ResultFile<>(path, NetworkResult.class, there));
    assertTrue(error.getMessage().contains("other conditions"), error.getMessage());
  }

  @Test
  void versionsAreAddedButNotContradicted() throws IOException {
    Conditions some = conditions("one", Map.of("vgnet", "1", "jmh", "2"));
    Conditions more = conditions("one", Map.of("vgnet", "1", "djl", "3"));
    assertEquals(
        Map.of("vgnet", "1", "jmh", "2", "djl", "3"), some.with(more).orElseThrow().versions());
    assertEquals(Optional.empty(), some.with(conditions("one", Map.of("vgnet", "2"))));
    assertEquals(Optional.empty(), some.with(conditions("another", some.versions())));
  }

  private static Conditions conditions(String cpu, Map<String, String> versions)
      throws IOException {
    Conditions here = Conditions.here();
    return new Conditions(
        cpu,
        here.processors(),
        here.vectorBits(),
        here.gpu(),
        here.system(),
        here.jvm(),
        here.jvmFlags(),
        versions);
  }

  @Test
  void stepsThatAreAlikeAreOneLayer() {
    List<LayerResult.Layer> layers = LayerResult.layers("vgnetg_1_0mp", 1);
    assertEquals("features.stage1.0.downsample", layers.getFirst().first().name());
    assertTrue(layers.stream().anyMatch(layer -> layer.alike() > 5), layers::toString);
    assertTrue(layers.stream().noneMatch(layer -> layer.first().kind().equals("output")));
  }

  private Measure measure() throws IOException {
    return new Measure(
        SHORTEST, SHORTEST, false, Conditions.here(), new PrintWriter(console, true));
  }

  private static Setting setting(EngineKind... engines) {
    return new Setting(SMALLEST, 1, 1, List.of(engines));
  }

  private static List<String> measured(ResultFile<NetworkResult> file) {
    return file.results().stream().map(NetworkResult::measured).toList();
  }

  private static List<Integer> lengths(NetworkResult result) {
    return result.engines().values().stream()
        .map(latency -> latency.iterations().getFirst().length)
        .toList();
  }
}
