package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
class DeviceWeightsTest {
  private static final int CHANNELS = 8;

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

  private static void agrees(Operator operator, Map<String, Tensor> tensors) {
    Graph graph =
        new Graph("x", CHANNELS, List.of(new Node("y", operator, List.of("x"))), List.of("y"));
    Shape input = Shape.of(2, CHANNELS, 4, 5);
    float[] images = numbers((int) input.elementCount());
    double[] exact = IntStream.range(0, images.length).mapToDouble(i -> images[i]).toArray();
    double[] expected = new ReferenceInterpreter(graph, tensors).run(input, exact).get("y");
    float[][] found = new float[1][expected.length];
    try (CudaModel model =
        new CudaModel(
            graph,
            tensors,
            new EmulatedDriver(Precision.FP32, 64L << 20),
            Precision.FP32,
            KernelChoice.OWN)) {
      model.run(input, images, found);
    }
    double[] exactly = new double[expected.length];
    Arrays.setAll(exactly, i -> found[0][i]);
    assertArrayEquals(expected, exactly);
  }

  @Test
  void aWeightMayBeCalledBias() {
    Tensor bias = tensor(CHANNELS);
    Optional<String> other = Optional.of("other");
    agrees(
        new Operator.Conv2d("bias", other, 1, 1, 1),
        Map.of("bias", tensor(CHANNELS, CHANNELS, 3, 3), "other", bias));
    agrees(
        new Operator.DepthwiseConv2d("bias", other, 1, 1, false),
        Map.of("bias", tensor(CHANNELS, 1, 3, 3), "other", bias));
  }
}
