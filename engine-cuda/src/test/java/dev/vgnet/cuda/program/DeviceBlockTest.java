package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.runtime.DeviceMemory;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Images and outputs that stay on the device. */
@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class DeviceBlockTest {
  private static final Shape INPUT = Shape.of(2, 3, 4, 4);
  private static final int OUTPUTS = 2 * 5 * 4 * 4;
  private static final Graph GRAPH =
      new Graph(
          "x",
          3,
          List.of(
              new Node(
                  "point", new Operator.Conv2d("point", Optional.empty(), 1, 0, 1), List.of("x"))),
          List.of("point"));

  private final EmulatedDriver driver = new EmulatedDriver(Precision.FP32, 8L << 20);
  private final CudaModel model =
      new CudaModel(
          GRAPH,
          Map.of("point", Tensor.of(Shape.of(5, 3, 1, 1), numbers(15, 1))),
          driver,
          Precision.FP32,
          KernelChoice.FASTEST);

  private static float[] numbers(int count, int first) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (first + i) % 7 - 3;
    }
    return numbers;
  }

  @AfterEach
  void givesEverythingBack() {
    model.close();
    assertEquals(0, driver.taken());
  }

  @Test
  void computesTheSameAsFromTheHost() {
    DeviceMemory output = model.allocate(OUTPUTS);
    for (int first = 0; first < 3; first++) {
      float[] images = numbers(96, first);
      float[][] expected = new float[1][OUTPUTS];
      model.run(INPUT, images, expected);
      try (DeviceMemory input = model.allocate(96)) {
        input.write(images);
        model.run(INPUT, input, output);
        float[] found = new float[OUTPUTS];
        output.read(found);
        assertArrayEquals(expected[0], found);
        input.read(found);
        assertEquals(images[95], found[95]);
      }
    }
  }

  @Test
  void refusesWhatIsTooSmallOrClosed() {
    DeviceMemory input = model.allocate(96);
    DeviceMemory small = model.allocate(OUTPUTS - 1);
    assertThrows(IllegalArgumentException.class, () -> model.run(INPUT, input, small));
    input.close();
    input.close();
    assertThrows(IllegalArgumentException.class, () -> model.run(INPUT, input, small));
  }

  @Test
  void remainsUsableWhenTheDeviceIsFull() {
    assertThrows(DeviceMemoryException.class, () -> model.allocate(8 << 20));
    DeviceMemory most = model.allocate(1 << 20);
    assertThrows(
        DeviceMemoryException.class, () -> model.run(INPUT, numbers(96, 0), new float[1][OUTPUTS]));
    most.close();
    float[][] outputs = new float[1][OUTPUTS];
    model.run(INPUT, numbers(96, 0), outputs);
    assertFalse(Float.isNaN(outputs[0][OUTPUTS - 1]));
  }
}
