package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class DeviceWeightsTest {
  private static final int CHANNELS = 8;
  private static final long CAPACITY = 64L << 20;

  /** Whole numbers, so small that no sum of products is rounded. */
  private static float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = i * 5 % 11 - 4;
    }
    return numbers;
  }

  private static Tensor tensor(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, numbers((int) shape.elementCount()));
  }

  private static void agree(
      Operator operator, Map<String, Tensor> tensors, EmulatedDriver driver, Shape... inputs) {
    Node node = new Node("y", operator, List.of("x"));
    Graph graph = new Graph("x", CHANNELS, List.of(node), List.of("y"));
    try (CudaModel model =
        new CudaModel(graph, tensors, driver, Precision.FP32, KernelChoice.OWN)) {
      for (Shape input : inputs) {
        float[] images = numbers((int) input.elementCount());
        double[] exact = IntStream.range(0, images.length).mapToDouble(i -> images[i]).toArray();
        double[] expected = new ReferenceInterpreter(graph, tensors).run(input, exact).get("y");
        float[][] outputs = new float[1][expected.length];
        model.run(input, images, outputs);
        double[] found = new double[expected.length];
        Arrays.setAll(found, i -> outputs[0][i]);
        assertArrayEquals(expected, found);
      }
    }
  }

  @Test
  void aWeightMayBeCalledBias() {
    Tensor bias = tensor(CHANNELS);
    Optional<String> other = Optional.of("other");
    agree(
        new Operator.Conv2d("bias", other, 1, 1, 1),
        Map.of("bias", tensor(CHANNELS, CHANNELS, 3, 3), "other", bias),
        new EmulatedDriver(Precision.FP32, CAPACITY),
        Shape.of(2, CHANNELS, 4, 5));
    agree(
        new Operator.DepthwiseConv2d("bias", other, 1, 1, false),
        Map.of("bias", tensor(CHANNELS, 1, 3, 3), "other", bias),
        new EmulatedDriver(Precision.FP32, CAPACITY),
        Shape.of(2, CHANNELS, 4, 5));
  }

  @Test
  void eachBatchReadsWeightsInTheOrderOfItsOwnKernel() {
    Iterator<Integer> times = List.of(1, 2, 2, 1).iterator();
    EmulatedDriver driver = new EmulatedDriver(Precision.FP32, CAPACITY, false, _ -> times.next());
    agree(
        new Operator.Conv2d("weight", Optional.empty(), 1, 0, 1),
        Map.of("weight", tensor(CHANNELS, CHANNELS, 1, 1)),
        driver,
        Shape.of(1, CHANNELS, 1, 1),
        Shape.of(2, CHANNELS, 1, 1),
        Shape.of(1, CHANNELS, 1, 1));
    assertFalse(times.hasNext(), "two ways for each batch");
  }
}
