package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.SharingResult.Share;
import dev.vgnet.bench.report.SharingTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharingTest {
  private static final int CORES = 2;
  private static final List<EngineKind> ENGINES = List.of(EngineKind.VGNET, EngineKind.ORT);

  @TempDir private Path folder;
  private final StringWriter console = new StringWriter();

  /** In a JVM of its own, as short as can be. */
  @Test
  void measuresEachEngineInEachContentionOnce() throws IOException {
    Setting setting = new Setting("cifar_resnet20", 1, 1, ENGINES);
    Path path = folder.resolve("sharing.json");
    Measure first = measure();
    List<SharingResult> results =
        first.sharing(path, List.of(setting), SharingTable::summary).results();
    assertFalse(first.failed(), console::toString);
    SharingResult result = results.getFirst();
    int contentions = Contention.all(Runtime.getRuntime().availableProcessors()).size();
    assertEquals(ENGINES.size() * contentions, result.shares().size());
    for (Share share : result.shares()) {
      assertEquals(2, share.rounds().getFirst().length, "without the round of warm-up");
      assertEquals(2, share.latency().iterations().getFirst().length);
      assertTrue(share.latency().runs() >= 2L * share.contention().sessions(), share::toString);
      assertTrue(share.imagesPerSecond() > 0, share::toString);
    }
    assertTrue(console.toString().contains("2 sessions"), console::toString);

    ResultFile<SharingResult> again =
        measure().sharing(path, List.of(setting), SharingTable::summary);
    assertEquals(
        List.of(result.measured()), again.results().stream().map(SharingResult::measured).toList());
    String table = SharingTable.of(again);
    assertTrue(table.contains("| cifar_resnet20 | batch 1, 1 thread |"), table);
  }

  @Test
  void aProcessThatFailsSaysWhy() {
    BenchmarkFailure failure =
        assertThrows(
            BenchmarkFailure.class,
            () ->
                ChildJvm.run(
                    SharedRuns.class,
                    List.of(),
                    List.of("no-such-network", 1, 1, "vgnet", 1, 1),
                    _ -> {}));
    assertTrue(failure.getMessage().contains("no-such-network"), failure.getMessage());
    assertTrue(failure.output().contains("at dev.vgnet"), failure.output());
  }

  @Test
  void aProcessThatDoesNotStartSaysWhy() {
    BenchmarkFailure failure =
        assertThrows(
            BenchmarkFailure.class,
            () -> ChildJvm.run(SharedRuns.class, List.of("-XX:+NoSuch"), List.of(), _ -> {}));
    assertTrue(failure.getMessage().contains("Unrecognized VM option"), failure.getMessage());
  }

  /**
   * Alone 100 images a second; two sessions make 160 together, so each takes 1.25 times as long.
   */
  @Test
  void slowDownIsOfASession() {
    Contention two = new Contention(2, 0);
    Slice alone = new Slice("vgnet", Contention.NONE, List.of(caller(10, 5)));
    Slice both = new Slice("vgnet", two, List.of(caller(12.5, 4), caller(12.5, 4)));
    Setting setting = new Setting("cifar_resnet20", 1, 2, List.of(EngineKind.VGNET));
    List<Slice> fork =
        Contention.all(CORES).stream()
            .map(
                contention ->
                    contention.equals(two) ? both : new Slice("vgnet", contention, alone.callers()))
            .toList();
    Share share = SharingSummary.of(setting, List.of(fork, fork, fork), CORES).getLast();
    assertEquals(two, share.contention());
    assertEquals(160, share.imagesPerSecond(), 1e-9);
    assertEquals(1.25, share.slowDown().ratio(), 1e-9);
    assertEquals(2, share.fairSlowDown());
    assertEquals(12.5, share.latency().median());
    assertEquals(24, share.latency().runs());
  }

  private static Slice.Caller caller(double millis, int runs) {
    double[] times = new double[runs];
    Arrays.fill(times, millis);
    return new Slice.Caller(times, runs * millis);
  }

  @Test
  void busyThreadsEndWhenTheyAreClosed() throws InterruptedException {
    List<Thread> started;
    try (BusyThreads _ = new BusyThreads(2)) {
      started = busy();
      assertEquals(2, started.size());
    }
    for (Thread thread : started) {
      thread.join();
    }
    assertEquals(List.of(), busy());
  }

  private static List<Thread> busy() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("busy"))
        .toList();
  }

  private Measure measure() throws IOException {
    Effort shortest = new Effort(1, 1, 2, 10);
    return new Measure(
        shortest,
        new Effort(0, 1, 3, 10),
        false,
        Conditions.here(),
        new PrintWriter(console, true));
  }
}
