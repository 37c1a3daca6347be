package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

class VectorsTest {
  /** Twins compute four numbers at a time. */
  @Test
  @DisabledIfSystemProperty(named = Vectors.BITS_PROPERTY, matches = ".+")
  void noVectorHasFewerThanFourNumbers() throws IOException, InterruptedException {
    List<String> lines = ChildJvm.run(Lanes.class, List.of("-XX:MaxVectorSize=8"), Vectors.class);
    assertTrue(lines.contains("4"), () -> String.join("\n", lines));
  }

  /** What the process runs. */
  static final class Lanes {
    private Lanes() {}

    public static void main(String[] arguments) {
      System.out.println(Vectors.LANES);
    }
  }
}
