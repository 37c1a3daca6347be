package dev.vgnet.cuda.program;

import dev.vgnet.tensor.Shape;
import java.util.Random;

/**
 * Numbers in the place of a tensor's, which depend on its shape alone: what is found out with them
 * is true of all models.
 */
final class MadeUpNumbers {
  private MadeUpNumbers() {}

  /**
   * Such that inputs of some size, multiplied and summed up, keep it: weights are larger the fewer
   * are summed up. Numbers by channel, among them variances, are positive and around 1.
   */
  static double[] of(Shape shape) {
    Random random = new Random(1);
    int count = Math.toIntExact(shape.elementCount());
    if (shape.rank() < 2) {
      return random.doubles(count, 0.5, 1.5).toArray();
    }
    double most = Math.sqrt(3.0 * shape.extent(0) / count);
    return random.doubles(count, -most, most).toArray();
  }
}
