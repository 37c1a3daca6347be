package dev.vgnet.cpu.kernel;

/**
 * The shape of a {@link DepthwiseKernel}: a strip of output pixels, a vector of channels at a time.
 * The width of the map and its channels are no part of it, so that many layers share a kernel.
 *
 * @param kernel the side of the window, 1 to 7
 * @param padding zero pixels on all sides, no more than half the window
 * @param pixels the output pixels of a strip
 * @param partial whether there may be fewer channels than a vector has, and only those are written
 * @param inStride from one input pixel to the next
 * @param outStride from one output pixel to the next
 * @param epilogue what is done to each sum before it is stored; that of others is no part of it
 * @param residualStride from one pixel of the residual to the next, if the epilogue has one
 */
public record DepthwiseSpec(
    int kernel,
    int stride,
    int padding,
    int pixels,
    boolean partial,
    int inStride,
    int outStride,
    EpilogueSpec epilogue,
    int residualStride) {

  private static final int MAX_KERNEL = 7;

  /** One row of sums, one row of weights and an input fit into 16 registers. */
  private static final int MAX_PIXELS = 7;

  /** The same where no two windows share an input, so that each is loaded for one product. */
  private static final int MAX_APART = 4;

  /** The same where there are 32 registers. */
  private static final int MAX_LONG_PIXELS = Vectors.LANES == 16 ? 14 : MAX_PIXELS;

  /**
   * Arithmetic, loads and stores of a kernel; a store with a mask counts for three, making the mask
   * for six. The first compiler gives up on much larger ones, and without its profile the second
   * one never sees them.
   */
  private static final int MAX_OPERATIONS = 125;

  /** The same for long strips, whose rows are longer. */
  private static final int MAX_LONG_OPERATIONS = 100;

  public DepthwiseSpec {
    if (!supports(kernel, padding)) {
      throw new IllegalArgumentException(
          "no kernel of %d with padding %d".formatted(kernel, padding));
    }
    require(stride > 0, "stride", stride);
    require(pixels > 0 && pixels <= MAX_LONG_PIXELS, "pixels", pixels);
    require(inStride >= 0, "inStride", inStride);
    require(outStride >= 0, "outStride", outStride);
    residualStride = epilogue.residual() ? residualStride : 0;
  }

  /** Whether there are kernels for such windows. */
  public static boolean supports(int kernel, int padding) {
    return kernel > 0 && kernel <= MAX_KERNEL && padding >= 0 && padding <= kernel / 2;
  }

  /**
   * The same kernel with the strips that best make up a row of so many pixels: long ones, if they
   * have room for the epilogue, and short ones where windows lie apart.
   */
  public DepthwiseSpec forRow(int outWidth) {
    if (stride > kernel) {
      return withPixels(even(outWidth, MAX_APART));
    }
    DepthwiseSpec longer = withPixels(even(outWidth, MAX_LONG_PIXELS));
    return longer.operations(1) <= MAX_LONG_OPERATIONS
        ? longer
        : withPixels(even(outWidth, MAX_PIXELS));
  }

  private static int even(int outWidth, int most) {
    return Math.ceilDiv(outWidth, Math.ceilDiv(outWidth, most));
  }

  private DepthwiseSpec withPixels(int count) {
    return new DepthwiseSpec(
        kernel, stride, padding, count, partial, inStride, outStride, epilogue, residualStride);
  }

  /** The same kernel without an epilogue. */
  public DepthwiseSpec plain() {
    return new DepthwiseSpec(
        kernel, stride, padding, pixels, partial, inStride, outStride, EpilogueSpec.COPY, 0);
  }

  /** Whether a kernel has room for this epilogue. */
  public boolean hasRoom() {
    return epilogue.isIdentity() || operations(1) <= MAX_OPERATIONS;
  }

  /** Whether there is room for all rows of the windows, one after the other. */
  boolean unrollsRows() {
    return operations(kernel) <= MAX_OPERATIONS;
  }

  /** The positions of the window. */
  int positions() {
    return kernel * kernel;
  }

  /** Input columns of a strip, those outside of the row included. */
  int columns() {
    return (pixels - 1) * stride + kernel;
  }

  /** Those of them that windows read, which may be far apart. */
  private int readColumns() {
    return Math.min(columns(), pixels * kernel);
  }

  /** The packed weights of a vector of channels, with the numbers of the epilogue. */
  public int block() {
    int rows = (epilogue.bias() ? 1 : 0) + (epilogue.affine() ? 2 : 0);
    return (positions() + rows) * Vectors.LANES;
  }

  private int operations(int rows) {
    int stores = partial ? 3 * pixels + 6 : pixels;
    return rows * (pixels * kernel + readColumns() + kernel)
        + stores
        + pixels * epilogue.operations();
  }

  private static void require(boolean condition, String what, int value) {
    if (!condition) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }
}
