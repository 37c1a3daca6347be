package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  @Test
  void whatChangesSpeedIsHandedOnAndTold() {
    String pages = "-XX:+UseTransparentHugePages";
    String bits = "-Ddev.vgnet.vector.bits=256";
    List<String> own =
        List.of("--add-modules=jdk.incubator.vector", pages, "-Dvgnet.home=/tmp", bits, "-Xmx2g");
    assertEquals(List.of(pages, bits, "-Xmx2g"), Conditions.jvmFlags(own));
  }
}
