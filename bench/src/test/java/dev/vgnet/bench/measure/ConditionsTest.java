package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.bench.engine.TorchScript;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  @Test
  void whatChangesSpeedIsHandedOnAndTold() {
    String pages = "-XX:+UseTransparentHugePages";
    String bits = "-Ddev.vgnet.vector.bits=256";
    String path = "-Ddev.vgnet.cuda.path=/opt/cuda";
    String kernels = "-Ddev.vgnet.cuda.kernels=own";
    String python = "-D" + TorchScript.PYTHON_PROPERTY + "=python3";
    List<String> own =
        List.of(
            "--add-modules=jdk.incubator.vector",
            pages,
            "-Dvgnet.home=/tmp",
            bits,
            path,
            kernels,
            python,
            "-Xmx2g");
    assertEquals(List.of(pages, bits, path, kernels, "-Xmx2g"), Conditions.jvmFlags(own));
  }
}
