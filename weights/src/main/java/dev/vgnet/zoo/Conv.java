package dev.vgnet.zoo;

/**
 * The window of a convolution.
 *
 * @param padding zeros on each side
 * @param groupWidth input channels of a group, or 0 for one group of all
 * @param bias true if it adds a number to each output channel
 */
public record Conv(int kernel, int stride, int padding, int groupWidth, boolean bias) {
  /** A convolution without bias, padded so that stride 1 keeps the image's size. */
  public static Conv of(int kernel, int stride) {
    return new Conv(kernel, stride, kernel / 2, 0, false);
  }

  /** A 1x1 convolution without bias. */
  public static Conv pointwise() {
    return of(1, 1);
  }

  /** The same with another padding. */
  public Conv padded(int zeros) {
    return new Conv(kernel, stride, zeros, groupWidth, bias);
  }

  /** The same in groups; where the checkpoint's kernels have another width, theirs counts. */
  public Conv grouped(int width) {
    return new Conv(kernel, stride, padding, width, bias);
  }

  /** The same with a bias. */
  public Conv biased() {
    return new Conv(kernel, stride, padding, groupWidth, true);
  }

  boolean dense() {
    return groupWidth == 0;
  }
}
