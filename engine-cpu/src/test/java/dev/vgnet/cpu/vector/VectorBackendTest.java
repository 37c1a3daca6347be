package dev.vgnet.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.ChildJvm;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;

class VectorBackendTest {
  /** Java would compute each with decimal numbers, as on processors older than AVX2. */
  @Test
  @EnabledOnOs(architectures = {"amd64", "x86_64"})
  void givesWayWhereThereIsNoFusedMultiplyAdd() throws IOException, InterruptedException {
    List<String> lines =
        ChildJvm.run(Choice.class, List.of("-XX:UseAVX=0"), VectorBackend.class, Graph.class);
    assertTrue(lines.contains("reference"), () -> String.join("\n", lines));
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("no fused multiply-add")),
        () -> String.join("\n", lines));
  }

  /** What the process does. */
  static final class Choice {
    private Choice() {}

    public static void main(String[] arguments) {
      System.out.println(Backends.choose(Device.AUTO, Optional.empty()).name());
    }
  }
}
