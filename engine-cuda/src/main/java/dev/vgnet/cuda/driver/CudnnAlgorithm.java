package dev.vgnet.cuda.driver;

/**
 * A way in which cuDNN can compute a convolution.
 *
 * @param number by which cuDNN knows it
 * @param weightLayout in which it wants its weights
 * @param workspaceBytes that it needs
 */
public record CudnnAlgorithm(int number, WeightLayout weightLayout, long workspaceBytes) {
  /** The order of weights, the innermost last: outputs, channels of a group, kernel. */
  public enum WeightLayout {
    /** Outputs, channels, rows, columns. */
    NCHW,
    /** Outputs, rows, columns, channels. */
    NHWC
  }

  /** Such as {@code cudnn 1 nhwc}; the same for the same way in all runs. */
  public String name() {
    return "cudnn " + number + (weightLayout == WeightLayout.NHWC ? " nhwc" : " nchw");
  }
}
