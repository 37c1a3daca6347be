package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;
import java.util.List;
import java.util.Optional;

/**
 * The shape of a {@link TileKernel}: a tile of {@code pixels} x {@code vectors} sums, over the
 * channels of all taps.
 *
 * @param pixels the pixels of a tile
 * @param vectors the vectors of output channels of a tile
 * @param taps what is summed up, in the order of the packed weights
 * @param activation of the sums: none, or one that compares them, {@code RELU} or {@code RELU6}
 */
public record TileSpec(int pixels, int vectors, List<Tap> taps, Optional<Function> activation) {
  /**
   * One run of input channels that starts at an offset of its own: a channel segment of a pointwise
   * convolution, or one position of a larger kernel.
   *
   * <p>Where pixels lie side by side without padding, as in a three-channel image, a whole kernel
   * row is one tap of {@code K * 3} channels.
   *
   * @param channels how many are summed up
   * @param pixelStride from the input of one output pixel to that of the next
   * @param channelStride from one channel to the next
   */
  public record Tap(int channels, int pixelStride, int channelStride) {
    public Tap {
      require(channels > 0, "channels", channels);
      require(pixelStride >= 0, "pixelStride", pixelStride);
      require(channelStride > 0, "channelStride", channelStride);
    }

    /** Consecutive channels. */
    public static Tap of(int channels, int pixelStride) {
      return new Tap(channels, pixelStride, 1);
    }
  }

  public TileSpec {
    require(pixels > 0, "pixels", pixels);
    require(vectors > 0, "vectors", vectors);
    require(pixels * vectors <= TileShape.MAX_SUMS, "sums", pixels * vectors);
    require(!taps.isEmpty(), "taps", 0);
    require(activation.isEmpty() || compares(activation.get()), "activation", 0);
    taps = List.copyOf(taps);
  }

  /** Whether a tile has room for an activation. */
  static boolean compares(Function activation) {
    return activation == Function.RELU || activation == Function.RELU6;
  }

  /** The number of packed weights of one panel of output channels, where sums start included. */
  public int weights() {
    return (1 + taps.stream().mapToInt(Tap::channels).sum()) * panel();
  }

  /** The output channels of a panel, rounded up to whole vectors. */
  public int panel() {
    return vectors * Vectors.LANES;
  }

  private static void require(boolean condition, String what, int value) {
    if (!condition) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }
}
