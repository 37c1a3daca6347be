package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.Vectors.SPECIES;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's minimal filtering {@code F(4x4, 3x3)}: 16 outputs of a 3x3
 * convolution for 36 products a channel instead of 144. In matrices, {@code y = A'((G g G') * (B' d
 * B))A} for a 6x6 window d of inputs, a kernel g and a 4x4 tile y of outputs.
 *
 * <p>The polynomials are interpolated at 0, ±√½, ±√2 and infinity. These points lose about half as
 * much precision as the usual 0, ±1, ±2: the error of a layer is about twice that of a plain sum.
 *
 * <p>Every operation on vectors is a call of the JDK's, never of a method here that returns one:
 * the compiler inlines the JDK's whatever the size of the caller, and others may come to return
 * objects.
 *
 * @see <a href="https://arxiv.org/abs/1509.09308">Lavin, Gray: Fast Algorithms for Convolutional
 *     Neural Networks</a>
 */
public final class Winograd {
  /** The rows and columns of a tile of outputs. */
  public static final int TILE = 4;

  /** The rows and columns of the window of inputs that a tile needs. */
  public static final int WINDOW = 6;

  /** The products for each tile, input channel and output channel. */
  public static final int POSITIONS = WINDOW * WINDOW;

  private static final int KERNEL = 3;

  /** The two magnitudes of the points between zero and infinity. */
  private static final double A = Math.sqrt(0.5);

  private static final double B = Math.sqrt(2);

  private static final float INNER = (float) A;
  private static final float OUTER = (float) B;

  private Winograd() {}

  /**
   * {@code G g G'}: a kernel as the factors of the products.
   *
   * @param weights 3x3 numbers from {@code first} on
   * @param factors filled with {@link #POSITIONS} numbers
   */
  public static void transformKernel(double[] weights, int first, double[] factors) {
    for (int x = 0; x < KERNEL; x++) {
      int top = first + x;
      factorLine(
          weights[top], weights[top + KERNEL], weights[top + 2 * KERNEL], factors, x, WINDOW);
    }
    for (int y = 0; y < WINDOW; y++) {
      int left = y * WINDOW;
      factorLine(factors[left], factors[left + 1], factors[left + 2], factors, left, 1);
    }
  }

  /** Multiplies by {@code G}. */
  private static void factorLine(
      double g0, double g1, double g2, double[] factors, int out, int step) {
    double even = -(2 * g0 + g2) / 3;
    double odd = -2 / 3.0 * A * g1;
    factors[out] = g0;
    factors[out + step] = even + odd;
    factors[out + 2 * step] = even - odd;
    even = (g0 + 2 * g2) / 6;
    odd = B / 6 * g1;
    factors[out + 3 * step] = even + odd;
    factors[out + 4 * step] = even - odd;
    factors[out + 5 * step] = g2;
  }

  /**
   * {@code B' d B} for a vector of channels.
   *
   * @param pixels where the {@link #POSITIONS} pixels of the window lie
   * @param channel added to each of them
   * @param scratch room for {@link #POSITIONS} vectors
   * @param out where the first transformed vector goes
   * @param outStride from one of them to the next
   */
  public static void transformInput(
      float[] arena, int[] pixels, int channel, int scratch, int out, int outStride) {
    for (int y = 0; y < WINDOW; y++) {
      int row = y * WINDOW;
      transformLine(
          arena,
          pixels[row] + channel,
          pixels[row + 1] + channel,
          pixels[row + 2] + channel,
          pixels[row + 3] + channel,
          pixels[row + 4] + channel,
          pixels[row + 5] + channel,
          scratch + row * Vectors.LANES,
          Vectors.LANES);
    }
    int step = WINDOW * Vectors.LANES;
    for (int x = 0; x < WINDOW; x++) {
      int column = scratch + x * Vectors.LANES;
      transformLine(
          arena,
          column,
          column + step,
          column + 2 * step,
          column + 3 * step,
          column + 4 * step,
          column + 5 * step,
          out + x * outStride,
          WINDOW * outStride);
    }
  }

  /** Multiplies by {@code B'}. */
  private static void transformLine(
      float[] arena, int i0, int i1, int i2, int i3, int i4, int i5, int out, int step) {
    FloatVector d1 = fromArray(SPECIES, arena, i1);
    FloatVector d2 = fromArray(SPECIES, arena, i2);
    FloatVector d3 = fromArray(SPECIES, arena, i3);
    FloatVector d4 = fromArray(SPECIES, arena, i4);
    FloatVector middle = broadcast(SPECIES, -2.5f);
    d2.fma(middle, fromArray(SPECIES, arena, i0).add(d4)).intoArray(arena, out);
    d3.fma(middle, fromArray(SPECIES, arena, i5).add(d1)).intoArray(arena, out + 5 * step);
    FloatVector even = d2.fma(broadcast(SPECIES, -2), d4);
    FloatVector odd = d1.fma(broadcast(SPECIES, -2), d3);
    odd.fma(broadcast(SPECIES, INNER), even).intoArray(arena, out + step);
    odd.fma(broadcast(SPECIES, -INNER), even).intoArray(arena, out + 2 * step);
    even = d2.fma(broadcast(SPECIES, -0.5f), d4);
    odd = d1.fma(broadcast(SPECIES, -0.5f), d3);
    odd.fma(broadcast(SPECIES, OUTER), even).intoArray(arena, out + 3 * step);
    odd.fma(broadcast(SPECIES, -OUTER), even).intoArray(arena, out + 4 * step);
  }

  /**
   * {@code A' m A} for a vector of channels.
   *
   * @param in the first of {@link #POSITIONS} vectors of sums
   * @param inStride from one of them to the next
   * @param scratch room for {@link #POSITIONS} vectors
   * @param pixels from index {@code tile} on, where the 16 pixels of the tile lie
   * @param channel added to each of them
   */
  public static void transformOutput(
      float[] arena, int in, int inStride, int scratch, int[] pixels, int tile, int channel) {
    int step = WINDOW * Vectors.LANES;
    for (int x = 0; x < WINDOW; x++) {
      int column = scratch + x * Vectors.LANES;
      sumLine(
          arena,
          in + x * inStride,
          WINDOW * inStride,
          column,
          column + step,
          column + 2 * step,
          column + 3 * step);
    }
    for (int y = 0; y < TILE; y++) {
      int row = tile + y * TILE;
      sumLine(
          arena,
          scratch + y * step,
          Vectors.LANES,
          pixels[row] + channel,
          pixels[row + 1] + channel,
          pixels[row + 2] + channel,
          pixels[row + 3] + channel);
    }
  }

  /** Multiplies by {@code A'}. */
  private static void sumLine(
      float[] arena, int in, int step, int out0, int out1, int out2, int out3) {
    FloatVector m1 = fromArray(SPECIES, arena, in + step);
    FloatVector m2 = fromArray(SPECIES, arena, in + 2 * step);
    FloatVector m3 = fromArray(SPECIES, arena, in + 3 * step);
    FloatVector m4 = fromArray(SPECIES, arena, in + 4 * step);
    FloatVector inner = m1.add(m2);
    FloatVector outer = m3.add(m4);
    fromArray(SPECIES, arena, in).add(inner).add(outer).intoArray(arena, out0);
    outer.fma(broadcast(SPECIES, 2), inner.mul(0.5f)).intoArray(arena, out2);
    inner = m1.sub(m2).mul(INNER);
    outer = m3.sub(m4).mul(OUTER);
    inner.add(outer).intoArray(arena, out1);
    FloatVector last =
        inner.fma(broadcast(SPECIES, 0.5f), fromArray(SPECIES, arena, in + 5 * step));
    outer.fma(broadcast(SPECIES, 2), last).intoArray(arena, out3);
  }
}
