package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ChildJvmTest {
  @Test
  void whatAJvmSaysOfItsFlagsIsNoReason() {
    String flags =
        """
        NOTE: Picked up JDK_JAVA_OPTIONS: -Da=b
        Picked up JAVA_TOOL_OPTIONS: -Dc=d
        WARNING: Using incubator modules: jdk.incubator.vector
        """;
    assertEquals("it gave no reason", ChildJvm.reason(flags));
    assertEquals("no memory", ChildJvm.reason(flags + "no memory\nat all\n"));
  }
}
