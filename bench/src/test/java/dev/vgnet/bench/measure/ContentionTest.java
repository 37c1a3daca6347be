package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentionTest {
  @Test
  void namesEachContentionOnce() {
    assertEquals(
        List.of("alone", "beside 1 busy thread", "beside 8 busy threads", "2 sessions"),
        Contention.all(8).stream().map(Contention::label).toList());
    assertEquals(3, Contention.all(1).size());
  }

  @Test
  void fairMeansAnEqualShareForEachThread() {
    assertEquals(1, Contention.NONE.fairSlowDown(4, 2));
    assertEquals(1, new Contention(1, 1).fairSlowDown(1, 2), "a core for each");
    assertEquals(1.5, new Contention(1, 1).fairSlowDown(2, 2), "three threads, two cores");
    assertEquals(1.5, new Contention(1, 2).fairSlowDown(1, 2));
    assertEquals(2, new Contention(2, 0).fairSlowDown(2, 2));
    assertEquals(1.25, new Contention(1, 1).fairSlowDown(4, 2), "four of five threads");
  }
}
