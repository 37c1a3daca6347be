package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ElementwiseTest {
  private static final int[] CHANNELS = {1, 3, 7, 13, 28, 56, 100, 184, 207};

  private final Samples samples = new Samples("ElementwiseTest");

  @Test
  void multipliesByAFactorAPixelOrAChannel() {
    for (int channels : CHANNELS) {
      int stride = channels + 2;
      for (int factorStride : new int[] {0, stride}) {
        int pixels = 14;
        int factor = pixels * stride + Vectors.LANES;
        int out = factor + pixels * stride + Vectors.LANES;
        float[] arena = samples.floats(out + pixels * stride + Vectors.LANES);
        float[] before = arena.clone();
        Elementwise.multiply(arena, 0, stride, factor, factorStride, out, stride, pixels, channels);
        for (int p = 0; p < pixels; p++) {
          for (int c = 0; c < channels; c++) {
            float product = before[p * stride + c] * before[factor + p * factorStride + c];
            assertEquals(product, arena[out + p * stride + c]);
          }
          int rest = out + p * stride + channels;
          assertEquals(before[rest], arena[rest], "written beyond the channels");
        }
      }
    }
  }

  @Test
  void permutesChannelsOfTwoBuffers() {
    for (int channels : CHANNELS) {
      int pixels = 14;
      int stride = Vectors.padded(channels);
      int second = pixels * stride;
      int[] sources = new int[2 * channels];
      for (int c = 0; c < sources.length; c++) {
        sources[c] = c / 2 + (c % 2 == 0 ? 0 : second);
      }
      int outStride = Vectors.padded(sources.length);
      int out = 2 * second;
      float[] arena = samples.floats(out + pixels * outStride);
      Elementwise.permute(arena, 0, stride, sources, out, outStride, pixels);
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < sources.length; c++) {
          assertEquals(arena[p * stride + sources[c]], arena[out + p * outStride + c]);
        }
      }
    }
  }
}
