package dev.vgnet.cuda.driver;

/**
 * A feature map as cuDNN sees it: NHWC, of the device's type of number.
 *
 * @param height of an image, in pixels
 * @param width of an image, in pixels
 * @param stride from one pixel to the next, in elements; at least {@code channels}
 */
public record CudnnMap(int images, int height, int width, int channels, int stride) {
  public CudnnMap {
    if (images < 1 || height < 1 || width < 1 || channels < 1 || stride < channels) {
      throw new IllegalArgumentException(
          "no map: %d x %d x %d x %d, %d apart".formatted(images, height, width, channels, stride));
    }
  }

  /** Whether cuDNN counts so many elements, those between pixels included. */
  public boolean isCountable() {
    return (long) images * height <= Integer.MAX_VALUE / ((long) width * stride);
  }
}
