package dev.vgnet.cuda.driver;

/**
 * All of a convolution but where its numbers lie. Windows and strides are square.
 *
 * @param padding of zeros, on all sides
 * @param groups that divide the channels of input and output
 */
public record CudnnShape(
    CudnnMap input, CudnnMap output, int kernel, int stride, int padding, int groups) {
  public CudnnShape {
    if (input.images() != output.images()
        || input.channels() % groups != 0
        || output.channels() % groups != 0
        || output.height() != outputExtent(input.height(), kernel, stride, padding)
        || output.width() != outputExtent(input.width(), kernel, stride, padding)) {
      throw new IllegalArgumentException(
          "%s does not become %s by %dx%d windows, stride %d, padding %d, %d groups"
              .formatted(input, output, kernel, kernel, stride, padding, groups));
    }
  }

  /** Whether cuDNN counts as many elements as the maps have. */
  public boolean isCountable() {
    return input.isCountable() && output.isCountable();
  }

  /** The windows that fit side by side. */
  public static int outputExtent(int extent, int kernel, int stride, int padding) {
    return (extent + 2 * padding - kernel) / stride + 1;
  }
}
