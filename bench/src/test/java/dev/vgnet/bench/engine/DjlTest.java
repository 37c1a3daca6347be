package dev.vgnet.bench.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vgnet.bench.gpu.Parity;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Needs {@code -Pdjl}, and a Python with PyTorch: {@code -Ddev.vgnet.bench.python} names it. */
class DjlTest {
  @Test
  void computesTheSame() throws Exception {
    Optional<String> obstacle = Djl.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElseThrow());
    Workload workload = Workload.random("vgnetg_1_0mp_se", 2);
    try (Engine ours = Engine.open(EngineKind.VGNET, workload, 1);
        Engine peer = Engine.open(EngineKind.DJL, workload, 1)) {
      ours.run();
      peer.run();
      assertEquals(2_000, peer.logits().length);
      assertEquals(0, Parity.error(ours.logits(), peer.logits()), 1e-4);
      assertEquals(0, Parity.topOneDiffers(ours.logits(), peer.logits(), 2));
    }
  }
}
