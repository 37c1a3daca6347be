package dev.vgnet.bench.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.bench.engine.Workload;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParityTest {
  @Test
  void measuresInStandardDeviations() {
    assertEquals(0.5, Parity.error(new float[] {-2, 2}, new float[] {-2, 3}));
    assertTrue(Double.isNaN(Parity.error(new float[] {-2, 2}, new float[] {Float.NaN, 2})));
  }

  @Test
  void countsImagesWhoseBestClassDiffers() {
    float[] expected = {1, 2, 4, 3};
    assertEquals(0, Parity.topOneDiffers(expected, new float[] {1, 3, 4, 2}, 2));
    assertEquals(1, Parity.topOneDiffers(expected, new float[] {1, 2, 3, 4}, 2));
  }

  @Test
  void provesTheCpu() {
    Workload workload = Workload.random("cifar_resnet20", 2);
    float[] expected = Parity.reference(workload);
    Backend cpu = Backends.choose(Device.CPU, Optional.empty());
    assertTrue(Parity.of("cifar_resnet20", workload, expected, cpu, Precision.FP32).passed());
    expected[3] += 1;
    assertFalse(Parity.of("cifar_resnet20", workload, expected, cpu, Precision.FP32).passed());
  }
}
