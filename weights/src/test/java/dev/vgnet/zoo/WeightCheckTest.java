package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One wrong number in a MobileNetV2, whose ReLU6 make a 6 of infinity. */
class WeightCheckTest {
  private static final String NETWORK = "mobilenet_v2_x0_5";
  private static final String BIAS = "features.0.1.bias";
  private static final String VARIANCE = "features.0.1.running_var";

  @ParameterizedTest
  @CsvSource({
    "features.3.conv.0.0.weight, 195, Infinity, 'Infinity at [12, 3, 0, 0], no finite float32'",
    "features.3.conv.0.1.bias, 7, -Infinity, '-Infinity at [7], no finite float32'",
    "classifier.1.weight, 1279999, NaN, 'NaN at [999, 1279], no finite float32'",
    VARIANCE + ", 2, Infinity, 'Infinity at [2], no finite float32'",
    VARIANCE + ", 2, -0.25, '-0.25 at [2], no variance'"
  })
  void namesTensorAndIndex(String name, int index, float number, String problem) {
    Map<String, Tensor> tensors = tensors();
    float[] values = tensors.get(name).toFloatArray();
    values[index] = number;
    tensors.put(name, Tensor.of(tensors.get(name).shape(), values));
    assertRefused("tensor " + name + ": has " + problem, tensors);
  }

  @Test
  void comparesWithTheRangeOfFloat32() {
    Map<String, Tensor> tensors = tensors();
    double[] doubles = new double[16];
    doubles[5] = 1e300;
    tensors.put(BIAS, Tensor.of(Shape.of(16), doubles));
    assertRefused("tensor " + BIAS + ": has 1.0E300 at [5], no finite float32", tensors);
  }

  @Test
  void readsHalfPrecision() {
    Map<String, Tensor> tensors = tensors();
    byte[] halves = new byte[2 * 16];
    halves[2 * 5 + 1] = 0x7c;
    tensors.put(BIAS, Tensor.wrap(Shape.of(16), DataType.FLOAT16, MemorySegment.ofArray(halves)));
    assertRefused("tensor " + BIAS + ": has Infinity at [5], no finite float32", tensors);
  }

  @Test
  void takesEveryFiniteNumber() {
    Map<String, Tensor> tensors = tensors();
    float[] bias = new float[16];
    bias[0] = Float.MAX_VALUE;
    bias[1] = -Float.MAX_VALUE;
    tensors.put(BIAS, Tensor.of(Shape.of(16), bias));
    float[] variance = new float[16];
    variance[0] = -0f;
    variance[1] = Float.MAX_VALUE;
    tensors.put(VARIANCE, Tensor.of(Shape.of(16), variance));
    assertEquals(NETWORK, imported(tensors).architecture());
  }

  private static void assertRefused(String message, Map<String, Tensor> tensors) {
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    assertEquals(message, e.getMessage());
  }

  private static Map<String, Tensor> tensors() {
    return new LinkedHashMap<>(Zoo.randomStateDict(NETWORK, 1).tensors());
  }

  private static ImportedModel imported(Map<String, Tensor> tensors) {
    StateDict stateDict = new StateDict(tensors, List.of());
    return Zoo.importStateDict(stateDict, "checkpoint", "", ImportOptions.defaults());
  }
}
