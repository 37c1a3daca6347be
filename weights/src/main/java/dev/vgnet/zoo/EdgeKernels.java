package dev.vgnet.zoo;

import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;

/**
 * The fixed 3x3 kernels of VGNetF (Figure 7 of the paper): Sobel's two, two Laplacians, two
 * diagonal edges and two Gaussians. Checkpoints store them; these are for networks without one.
 */
final class EdgeKernels {
  private static final float[][] KERNELS = {
    {-1 / 2f, -1, -1 / 2f, 0, 0, 0, 1 / 2f, 1, 1 / 2f},
    {-1 / 2f, 0, 1 / 2f, -1, 0, 1, -1 / 2f, 0, 1 / 2f},
    {-1 / 12f, -1 / 6f, -1 / 12f, -1 / 6f, 1, -1 / 6f, -1 / 12f, -1 / 6f, -1 / 12f},
    {0, -1 / 4f, 0, -1 / 4f, 1, -1 / 4f, 0, -1 / 4f, 0},
    {-1, -2 / 3f, -1 / 3f, -2 / 3f, 0, 2 / 3f, 1 / 3f, 2 / 3f, 1},
    {-1 / 3f, -2 / 3f, -1, 2 / 3f, 0, -2 / 3f, 1, 2 / 3f, 1 / 3f},
    {.0811f, .1226f, .0811f, .1226f, .1853f, .1226f, .0811f, .1226f, .0811f},
    {.0277f, .1110f, .0277f, .1110f, .4452f, .1110f, .0277f, .1110f, .0277f}
  };

  private EdgeKernels() {}

  /**
   * One kernel a channel, each in turn.
   *
   * @param kinds how many of the kernels take turns: 8, or the first 4
   * @return {@code [channels, 1, 3, 3]}
   */
  static Tensor perChannel(int channels, int kinds) {
    float[] values = new float[channels * 9];
    for (int c = 0; c < channels; c++) {
      System.arraycopy(KERNELS[c % kinds], 0, values, c * 9, 9);
    }
    return Tensor.of(Shape.of(channels, 1, 3, 3), values);
  }
}
