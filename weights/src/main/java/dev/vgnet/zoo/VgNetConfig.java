package dev.vgnet.zoo;

import dev.vgnet.graph.Operator.Function;
import java.util.List;

/**
 * What sets one VGNet apart from another.
 *
 * @param channels of the stem and of the four stages
 * @param layers of each stage: one downsampling block, the others half-identity blocks
 * @param squeezeExcite true if squeeze-excite follows every pointwise block of the stages
 * @param thumbnail true for the form for images of 32x32, with stride 1 in the stem and in stage 1
 * @param classifier the name of the last layer
 * @param tailName the name of the tail
 */
record VgNetConfig(
    List<Integer> channels,
    List<Integer> layers,
    Downsampling downsampling,
    Filters filters,
    Tail tail,
    boolean squeezeExcite,
    boolean thumbnail,
    Function activation,
    Function squeezeExciteActivation,
    String tailName,
    String classifier,
    int classes) {

  static final int STAGES = 4;

  /** Table 1's t: how many runs of channels of the tail share one set of kernels. */
  static final int TAIL_SHARING = 8;

  /** The kernels that halve the image. */
  enum Downsampling {
    LEARNED,
    /** Stored as such, one for each channel. */
    GAUSSIAN,
    /** Stored as their standard deviation. */
    GAUSSIAN_BY_SIGMA
  }

  /** The 3x3 kernels of the half-identity blocks; fixed ones have a batch norm behind them. */
  enum Filters {
    LEARNED,
    FIXED
  }

  /** The 3x3 kernels of the last depthwise convolution. */
  enum Tail {
    OWN,
    /** Channel c uses kernel c mod (C / {@value #TAIL_SHARING}). */
    SHARED,
    /** With a batch norm behind them. */
    FIXED
  }

  /** Side in pixels of the image the network was made for. */
  int imageSize() {
    return thumbnail ? 32 : 224;
  }

  /** True if a stage halves the image with a Gaussian; the thumbnail's first one keeps its size. */
  boolean blurs(int stage) {
    return downsampling != Downsampling.LEARNED && stride(stage) == 2;
  }

  /**
   * The stride of the stem (stage 0) or of a stage's downsampling block.
   *
   * @param stage from 0
   */
  int stride(int stage) {
    return thumbnail && stage <= 1 ? 1 : 2;
  }

  /** The channels between the convolutions of squeeze-excite in the original networks. */
  static int squeezeWidth(int channels) {
    return Widths.divisible(channels / 4, 8);
  }
}
