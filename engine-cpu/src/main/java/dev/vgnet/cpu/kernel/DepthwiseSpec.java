package dev.vgnet.cpu.kernel;

/**
 * The shape of a {@link DepthwiseKernel}: one row of a convolution of each channel by itself.
 *
 * @param kernel the side of the window, 1 to 7
 * @param padding zero pixels on all sides, no more than half the window
 * @param inWidth the pixels of an input row
 * @param channels exactly those are written; rounded up to whole vectors it is a little faster
 * @param inStride from one input pixel to the next
 * @param outStride from one output pixel to the next
 * @param weightStride from the weights of one position of the window to those of the next
 * @param epilogue what is done to each sum before it is stored for good
 * @param residualStride from one pixel of the residual to the next, if the epilogue has one
 */
public record DepthwiseSpec(
    int kernel,
    int stride,
    int padding,
    int inWidth,
    int channels,
    int inStride,
    int outStride,
    int weightStride,
    EpilogueSpec epilogue,
    int residualStride) {

  private static final int MAX_KERNEL = 7;

  public DepthwiseSpec {
    if (!supports(kernel, padding)) {
      throw new IllegalArgumentException(
          "no kernel of %d with padding %d".formatted(kernel, padding));
    }
    require(stride > 0, "stride", stride);
    require(inWidth + 2 * padding >= kernel, "inWidth", inWidth);
    require(channels > 0, "channels", channels);
  }

  /** Plain sums of any weights. */
  public DepthwiseSpec(
      int kernel,
      int stride,
      int padding,
      int inWidth,
      int channels,
      int inStride,
      int outStride,
      int weightStride) {
    this(
        kernel,
        stride,
        padding,
        inWidth,
        channels,
        inStride,
        outStride,
        weightStride,
        EpilogueSpec.COPY,
        0);
  }

  /** Whether there are kernels for such windows. */
  public static boolean supports(int kernel, int padding) {
    return kernel > 0 && kernel <= MAX_KERNEL && padding >= 0 && padding <= kernel / 2;
  }

  /** The positions of the window. */
  int positions() {
    return kernel * kernel;
  }

  /** The pixels of an output row. */
  public int outWidth() {
    return (inWidth + 2 * padding - kernel) / stride + 1;
  }

  private static void require(boolean condition, String what, int value) {
    if (!condition) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }
}
