package dev.vgnet.cpu.kernel;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random numbers from a printed seed, and what they may be off by. */
final class Samples {
  /** Half the distance between neighbouring floats, relative: the error of one rounding. */
  private static final double EPSILON = 0x1p-24;

  final Random random;

  Samples(String test) {
    long seed = new Random().nextLong();
    System.out.println(test + " with seed " + seed);
    random = new Random(seed);
  }

  /** Floats in [-1, 1). */
  float[] floats(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }

  /** Memory that poisons every sum it gets into. */
  static float[] poison(int length) {
    float[] values = new float[length];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  int oneOf(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /**
   * What a tile wants to know of its taps: their header, then these.
   *
   * @param offsets of each tap, and whatever follows them
   */
  static int[] offsets(List<Tap> taps, int... offsets) {
    int[] header = TileSpec.header(taps);
    int[] all = Arrays.copyOf(header, header.length + offsets.length);
    System.arraycopy(offsets, 0, all, header.length, offsets.length);
    return all;
  }

  /**
   * The greatest error of a float sum of products in any order.
   *
   * @param terms how many roundings there are
   * @param magnitude the sum of the products' magnitudes
   */
  static double tolerance(int terms, double magnitude) {
    return terms * EPSILON * 1.01 * magnitude;
  }
}
