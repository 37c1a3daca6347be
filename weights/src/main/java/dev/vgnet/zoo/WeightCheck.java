package dev.vgnet.zoo;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * What every weight must be: finite in float32, and not negative where it is a variance. Logits
 * need not show one that is not, as activations with a bound hide infinities.
 */
final class WeightCheck {
  /** So many numbers are copied at a time: a tensor may have a hundred million. */
  private static final int PART = 1 << 14;

  private WeightCheck() {}

  /**
   * Looks at every number that a graph reads.
   *
   * @throws ModelFormatException that names the first tensor and index where one is not so
   */
  static void require(Graph graph, Map<String, Tensor> tensors) {
    for (Node node : graph.nodes()) {
      String variance = node.operator() instanceof BatchNorm norm ? norm.variance() : "";
      for (String name : node.operator().tensors()) {
        float least = name.equals(variance) ? 0 : -Float.MAX_VALUE;
        require(name, tensors.get(name), least);
      }
    }
  }

  private static void require(String name, Tensor tensor, float least) {
    long count = tensor.shape().elementCount();
    for (long start = 0; start < count; start += PART) {
      float[] values = part(tensor, start, (int) Math.min(PART, count - start));
      for (int i = 0; i < values.length; i++) {
        if (!(values[i] >= least && values[i] <= Float.MAX_VALUE)) {
          throw new ModelFormatException(
              "tensor " + name,
              "has %s at %s, %s"
                  .formatted(
                      tensor.get(start + i),
                      Arrays.toString(index(tensor.shape(), start + i)),
                      Float.isFinite(values[i]) ? "no variance" : "no finite float32"));
        }
      }
    }
  }

  private static float[] part(Tensor tensor, long start, int count) {
    long size = tensor.dataType().byteSize();
    return Tensor.wrap(
            Shape.of(count), tensor.dataType(), tensor.bytes().asSlice(start * size, count * size))
        .toFloatArray();
  }

  private static int[] index(Shape shape, long position) {
    int[] index = shape.toArray();
    long rest = position;
    for (int d = index.length - 1; d >= 0; d--) {
      int extent = index[d];
      index[d] = (int) (rest % extent);
      rest /= extent;
    }
    return index;
  }
}
