package dev.vgnet.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.bench.engine.TorchScript;
import dev.vgnet.runtime.Availability;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  @Test
  void aGpuIsAddedButNotContradicted() {
    Conditions none = conditions("");
    Conditions one = conditions("one");
    assertEquals(Optional.of(one), none.with(one));
    assertEquals(Optional.of(one), one.with(none));
    assertEquals(Optional.empty(), one.with(conditions("another")));
    assertEquals("the GPU was one, is another", one.differences(conditions("another")));
  }

  @Test
  void filesFromBeforeAGpuWasToldAreOnesOfTheCpu() throws IOException {
    Map<String, Object> before = JSON.std.mapFrom(JSON.std.asString(conditions("")));
    before.remove("gpu");
    assertEquals(conditions(""), JSON.std.beanFrom(Conditions.class, JSON.std.asString(before)));
  }

  @Test
  void aGpuIsToldWithItsVersionsAndWithoutFolders() {
    List<String> findings =
        List.of(
            "cuDNN: /opt/cuda/libcudnn.so.9",
            "looked in: [/opt/cuda]",
            "driver's CUDA: 13.1 (wanted: 13.0 or newer)",
            "cuDNN's version: 9.19.0",
            "device 0: a GPU");
    assertEquals(
        "a GPU; driver's CUDA: 13.1 (wanted: 13.0 or newer); cuDNN's version: 9.19.0",
        Conditions.gpu(new Availability(true, "a GPU", findings)));
  }

  private static Conditions conditions(String gpu) {
    return new Conditions("a CPU", 2, 256, gpu, "an OS", "a JVM", List.of(), Map.of("jmh", "1"));
  }
}
