package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DepthwiseKernelTest {
  private final Samples samples = new Samples("DepthwiseKernelTest");

  @Test
  void everyWidth() {
    for (int width = 1; width <= 45; width++) {
      for (int kernel : new int[] {3, 5, 7}) {
        for (int stride = 1; stride <= 2; stride++) {
          check(kernel, stride, kernel / 2, width, samples.oneOf(1, 12, 16, 28));
        }
      }
    }
  }

  @Test
  void everyCountOfChannels() {
    for (int channels : new int[] {1, 3, 7, 8, 13, 20, 28, 56, 100, 184, 207}) {
      check(3, 1, 1, 14, channels);
      check(5, 2, 2, 28, channels);
    }
  }

  @Test
  void otherKernelsAndPaddings() {
    for (int kernel : new int[] {1, 2, 3, 4, 5, 6, 7}) {
      for (int padding = 0; padding <= kernel / 2; padding++) {
        for (int stride = 1; stride <= 3; stride++) {
          check(kernel, stride, padding, samples.oneOf(7, 10, 15, 30, 56, 100), 28);
        }
      }
    }
  }

  private void check(int kernel, int stride, int padding, int width, int channels) {
    int inStride = Vectors.padded(channels) + samples.oneOf(0, 16);
    int weightStride = Vectors.padded(channels);
    boolean segment = samples.random.nextBoolean();
    int outStride = segment ? channels + 5 : Vectors.padded(channels);
    DepthwiseSpec spec =
        new DepthwiseSpec(
            kernel,
            stride,
            padding,
            width,
            segment ? channels : Vectors.padded(channels),
            inStride,
            outStride,
            weightStride);
    float[] in = samples.floats(kernel * width * inStride + Vectors.LANES);
    int[] rows = new int[kernel];
    for (int ky = 0; ky < kernel; ky++) {
      rows[ky] = (kernel - 1 - ky) * width * inStride;
    }
    float[] weights = samples.floats(3 + kernel * kernel * weightStride + Vectors.LANES);
    float[] out = Samples.poison(1 + spec.outWidth() * outStride + Vectors.LANES);
    DepthwiseKernel.of(spec).row(in, rows, weights, 3, out, 1);

    for (int x = 0; x < spec.outWidth(); x++) {
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        double magnitude = 0;
        for (int ky = 0; ky < kernel; ky++) {
          for (int kx = 0; kx < kernel; kx++) {
            int column = x * stride - padding + kx;
            if (column >= 0 && column < width) {
              double weight = weights[3 + (ky * kernel + kx) * weightStride + c];
              double product = weight * in[rows[ky] + column * inStride + c];
              sum += product;
              magnitude += Math.abs(product);
            }
          }
        }
        int pixel = x;
        int channel = c;
        assertEquals(
            sum,
            out[1 + x * outStride + c],
            Samples.tolerance(kernel * kernel, magnitude),
            () -> "%s, pixel %d, channel %d".formatted(spec, pixel, channel));
      }
      for (int c = channels; segment && c < outStride; c++) {
        assertTrue(Float.isNaN(out[1 + x * outStride + c]), "written beyond the channels");
      }
    }
  }
}
