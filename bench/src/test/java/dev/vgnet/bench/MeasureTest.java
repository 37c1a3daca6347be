package dev.vgnet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.Measure.Selection;
import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.Zoo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measuring command from end to end, as short as JMH allows and within this process. */
class MeasureTest {
  private static final Effort SHORTEST = new Effort(0, 1, 3, 10);

  @TempDir private Path folder;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @BeforeAll
  static void measureBesideOthers() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void measuresNetworksOnceAndGoesOn() throws IOException {
    Path path = folder.resolve("networks.json");
    Measure first = measure();
    List<NetworkResult> results = first.networks(path).results();
    assertFalse(first.failed(), console::toString);
    NetworkResult result = results.getFirst();
    assertEquals(List.of(3, 3), lengths(result));
    assertTrue(result.ratio().low() < result.ratio().ratio());
    assertTrue(result.gflops("vgnet") > 0);

    console.reset();
    ResultFile<NetworkResult> file = measure().networks(path);
    assertEquals("", console.toString(StandardCharsets.UTF_8));
    assertEquals(1, file.results().size());
    assertEquals(result.measured(), file.results().getFirst().measured());
    assertEquals(result.ratio(), file.results().getFirst().ratio());
    assertEquals(lengths(result), lengths(file.results().getFirst()));
    assertEquals(3, Tables.networks(file).lines().count(), Tables.networks(file));
    assertFalse(Files.readString(path).contains(System.getProperty("java.home")));
  }

  @Test
  void refusesToMixConditions() throws IOException {
    Path path = folder.resolve("networks.json");
    Conditions here = Conditions.here();
    new ResultFile<>(path, NetworkResult.class, here).addPeak(1, 100);
    assertEquals(100, new ResultFile<>(path, NetworkResult.class, here).peak(1));
    Conditions there =
        new Conditions(
            "another",
            here.processors(),
            here.vectorBits(),
            here.system(),
            here.jvm(),
            here.jvmFlags(),
            here.versions());
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ResultFile<>(path, NetworkResult.class, there));
    assertTrue(error.getMessage().contains("other conditions"), error.getMessage());
  }

  @Test
  void stepsThatAreAlikeAreOneLayer() {
    List<LayerResult.Layer> layers = LayerResult.layers("vgnetg_1_0mp", 1);
    assertEquals("features.stem.2", layers.getFirst().first().name());
    assertTrue(layers.stream().anyMatch(layer -> layer.alike() > 5), layers::toString);
    assertTrue(layers.stream().noneMatch(layer -> layer.first().kind().equals("output")));
  }

  private Measure measure() throws IOException {
    String smallest =
        Zoo.architectures().stream()
            .min(Comparator.comparingLong(ArchitectureInfo::multiplyAccumulates))
            .orElseThrow()
            .name();
    return new Measure(
        new Selection(Pattern.compile(smallest), List.of(1), List.of(1), SHORTEST, SHORTEST, false),
        Conditions.here(),
        new PrintStream(console, true, StandardCharsets.UTF_8));
  }

  private static List<Integer> lengths(NetworkResult result) {
    return result.engines().values().stream()
        .map(latency -> latency.iterations().getFirst().length)
        .toList();
  }
}
