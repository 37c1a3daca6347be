package dev.vgnet.cpu.kernel;

/**
 * Winograd's minimal filtering {@code F(4x4, 3x3)}: 16 outputs of a 3x3 convolution for 36 products
 * a channel instead of 144. In matrices, {@code y = A'((G g G') * (B' d B))A} for a 6x6 window d of
 * inputs, a kernel g and a 4x4 tile y of outputs.
 *
 * <p>The polynomials are interpolated at 0, ±√½, ±√2 and infinity. These points lose about half as
 * much precision as the usual 0, ±1, ±2: the error of a layer is about twice that of a plain sum.
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

  static final float INNER = (float) A;
  static final float OUTER = (float) B;

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
}
