package dev.vgnet.cpu.kernel;

/**
 * Winograd's minimal filtering: a tile of outputs of a 3x3 convolution for fewer products a channel
 * than the 9 of each output. In matrices, {@code y = A'((G g G') * (B' d B))A} for a window d of
 * inputs, a kernel g and a tile y of outputs.
 *
 * @see <a href="https://arxiv.org/abs/1509.09308">Lavin, Gray: Fast Algorithms for Convolutional
 *     Neural Networks</a>
 */
public enum Winograd {
  /**
   * {@code F(2x2, 3x3)}: 4 outputs for 16 products instead of 36, and less than twice the weights.
   * Interpolated at 0, ±1 and infinity.
   */
  TILE_2(2) {
    @Override
    void factorLine(double g0, double g1, double g2, double[] factors, int out, int step) {
      double even = (g0 + g2) / 2;
      double odd = g1 / 2;
      factors[out] = g0;
      factors[out + step] = even + odd;
      factors[out + 2 * step] = even - odd;
      factors[out + 3 * step] = g2;
    }
  },

  /**
   * {@code F(4x4, 3x3)}: 16 outputs for 36 products instead of 144, and four times the weights.
   *
   * <p>The polynomials are interpolated at 0, ±√½, ±√2 and infinity. These points lose about half
   * as much precision as the usual 0, ±1, ±2: the error of a layer is about twice that of a plain
   * sum.
   */
  TILE_4(4) {
    @Override
    void factorLine(double g0, double g1, double g2, double[] factors, int out, int step) {
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
  };

  private static final int KERNEL = 3;

  /** The two magnitudes of the points of {@link #TILE_4} between zero and infinity. */
  private static final double A = Math.sqrt(0.5);

  private static final double B = Math.sqrt(2);

  static final float INNER = (float) A;
  static final float OUTER = (float) B;

  private final int tile;

  Winograd(int tile) {
    this.tile = tile;
  }

  /** The rows and columns of a tile of outputs. */
  public int tile() {
    return tile;
  }

  /** The rows and columns of the window of inputs that a tile needs. */
  public int window() {
    return tile + KERNEL - 1;
  }

  /** The products for each tile, input channel and output channel. */
  public int positions() {
    return window() * window();
  }

  /**
   * {@code G g G'}: a kernel as the factors of the products.
   *
   * @param weights 3x3 numbers from {@code first} on
   * @param factors filled with as many numbers as there are {@link #positions}
   */
  public void transformKernel(double[] weights, int first, double[] factors) {
    for (int x = 0; x < KERNEL; x++) {
      int top = first + x;
      factorLine(
          weights[top], weights[top + KERNEL], weights[top + 2 * KERNEL], factors, x, window());
    }
    for (int y = 0; y < window(); y++) {
      int left = y * window();
      factorLine(factors[left], factors[left + 1], factors[left + 2], factors, left, 1);
    }
  }

  /** Multiplies by {@code G}. */
  abstract void factorLine(double g0, double g1, double g2, double[] factors, int out, int step);
}
