package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PoolingTest {
  private static final int[] CHANNELS = {1, 3, 7, 13, 28, 56, 100, 184, 207};

  private final Samples samples = new Samples("PoolingTest");

  @Test
  void maximum() {
    for (int channels : CHANNELS) {
      for (int kernel = 1; kernel <= 3; kernel++) {
        for (int padding = 0; padding <= kernel / 2; padding++) {
          maximum(channels, kernel, samples.oneOf(1, 2), padding, samples.oneOf(3, 7, 13, 56));
        }
      }
    }
  }

  private void maximum(int channels, int kernel, int stride, int padding, int width) {
    Pooling.Row row = row(channels, kernel, stride, padding, width);
    int rows = samples.oneOf(1, kernel);
    float[] arena = arena(row, rows);
    int[] offsets = rowOffsets(row, rows);
    int out = rows * width * row.inStride() + Vectors.LANES;
    float[] before = arena.clone();
    int scratch = arena.length;
    arena = Arrays.copyOf(arena, scratch + width * row.inStride());
    Pooling.max(arena, offsets, rows, scratch, out, row);
    for (int x = 0; x < row.outWidth(); x++) {
      for (int c = 0; c < channels; c++) {
        float max = Float.NEGATIVE_INFINITY;
        for (int y = 0; y < rows; y++) {
          for (int kx = 0; kx < kernel; kx++) {
            int column = x * stride - padding + kx;
            if (column >= 0 && column < width) {
              max = Math.max(max, arena[offsets[y] + column * row.inStride() + c]);
            }
          }
        }
        assertEquals(max, arena[out + x * row.outStride() + c], row::toString);
      }
    }
    assertRestUntouched(before, arena, out, row);
  }

  @Test
  void average() {
    for (int channels : CHANNELS) {
      for (int kernel = 1; kernel <= 7; kernel++) {
        average(channels, kernel, samples.oneOf(1, 2, kernel), samples.oneOf(7, 13, 56));
      }
    }
  }

  private void average(int channels, int kernel, int stride, int width) {
    Pooling.Row row = row(channels, kernel, stride, 0, width);
    float[] arena = arena(row, kernel);
    int[] offsets = rowOffsets(row, kernel);
    int out = kernel * width * row.inStride() + Vectors.LANES;
    float[] before = arena.clone();
    Pooling.average(arena, offsets, out, row);
    for (int x = 0; x < row.outWidth(); x++) {
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        double magnitude = 0;
        for (int offset : offsets) {
          for (int kx = 0; kx < kernel; kx++) {
            float value = arena[offset + (x * stride + kx) * row.inStride() + c];
            sum += value;
            magnitude += Math.abs(value);
          }
        }
        int area = kernel * kernel;
        double tolerance = Samples.tolerance(area + 2, magnitude / area);
        assertEquals(sum / area, arena[out + x * row.outStride() + c], tolerance, row::toString);
      }
    }
    assertRestUntouched(before, arena, out, row);
  }

  @Test
  void meanOfARectangle() {
    for (int channels : CHANNELS) {
      for (int width = 1; width <= 4; width++) {
        int height = samples.oneOf(1, 2, 5);
        int stride = Vectors.padded(channels);
        int rowStride = samples.oneOf(width, 9) * stride;
        int out = height * rowStride + Vectors.LANES;
        float[] arena = samples.floats(out + channels + Vectors.LANES);
        float beyond = arena[out + channels];
        Pooling.mean(arena, 0, stride, rowStride, width, height, channels, out);
        for (int c = 0; c < channels; c++) {
          double sum = 0;
          double magnitude = 0;
          for (int i = 0; i < width * height; i++) {
            float value = arena[i / width * rowStride + i % width * stride + c];
            sum += value;
            magnitude += Math.abs(value);
          }
          int area = width * height;
          double tolerance = Samples.tolerance(width + height + 1, magnitude / area);
          assertEquals(sum / area, arena[out + c], tolerance);
        }
        assertEquals(beyond, arena[out + channels], "written beyond the channels");
      }
    }
  }

  @Test
  void meanOfAllPixels() {
    for (int channels : CHANNELS) {
      for (int pixels : new int[] {1, 2, 31, 32, 33, 49, 196, 3136, 12544}) {
        int stride = Vectors.padded(channels);
        int out = pixels * stride + Vectors.LANES;
        float[] arena = samples.floats(out + channels + Vectors.LANES);
        float beyond = arena[out + channels];
        Pooling.sum(arena, 0, stride, pixels, channels, pixels, out);
        for (int c = 0; c < channels; c++) {
          double sum = 0;
          double magnitude = 0;
          for (int p = 0; p < pixels; p++) {
            sum += arena[p * stride + c];
            magnitude += Math.abs(arena[p * stride + c]);
          }
          double tolerance = Samples.tolerance(33 + pixels / 32 + 1, magnitude / pixels);
          assertEquals(sum / pixels, arena[out + c], tolerance);
        }
        assertEquals(beyond, arena[out + channels], "written beyond the channels");
      }
    }
  }

  private static Pooling.Row row(int channels, int kernel, int stride, int padding, int width) {
    int outWidth = (width + 2 * padding - kernel) / stride + 1;
    int inStride = Vectors.padded(channels);
    return new Pooling.Row(
        kernel, stride, padding, width, inStride, outWidth, channels + 2, channels);
  }

  private float[] arena(Pooling.Row row, int rows) {
    int input = rows * row.inWidth() * row.inStride();
    return samples.floats(input + row.outWidth() * row.outStride() + 2 * Vectors.LANES);
  }

  private static int[] rowOffsets(Pooling.Row row, int rows) {
    int[] offsets = new int[rows];
    for (int y = 0; y < rows; y++) {
      offsets[y] = (rows - 1 - y) * row.inWidth() * row.inStride();
    }
    return offsets;
  }

  private static void assertRestUntouched(float[] before, float[] arena, int out, Pooling.Row row) {
    for (int x = 0; x < row.outWidth(); x++) {
      int rest = out + x * row.outStride() + row.channels();
      assertEquals(before[rest], arena[rest], "written beyond the channels");
    }
  }
}
