package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MapKernelTest {
  private static final int[] CHANNELS = {1, 3, 7, 13, 28, 56, 100, 184, 207};

  private final MapKernel maps = new VectorMaps();
  private final Samples samples = new Samples("MapKernelTest");

  @Test
  void maximum() {
    for (int channels : CHANNELS) {
      for (int kernel = 1; kernel <= 7; kernel++) {
        for (int padding = 0; padding <= kernel / 2; padding++) {
          int stride = samples.oneOf(1, 2, kernel - 1, kernel);
          maximum(channels, kernel, Math.max(stride, 1), padding, samples.oneOf(7, 13, 56));
        }
      }
    }
  }

  private void maximum(int channels, int kernel, int stride, int padding, int width) {
    MapKernel.Row row = row(channels, kernel, stride, padding, width);
    int rows = 1 + samples.random.nextInt(kernel);
    float[] arena = arena(row, rows);
    int input = rows * width * row.inStride();
    for (int i = samples.random.nextInt(2 * input); i < input; i += input / 3) {
      arena[i] = samples.random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
    }
    int[] offsets = rowOffsets(row, rows);
    int out = input + Vectors.LANES;
    float[] before = arena.clone();
    int scratch = arena.length;
    arena = Arrays.copyOf(arena, scratch + width * row.inStride());
    maps.max(arena, offsets, rows, scratch, out, row);
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
    for (int x = 0; x < row.outWidth(); x++) {
      int rest = out + x * row.outStride() + channels;
      assertEquals(before[rest], arena[rest], "written beyond the channels");
    }
  }

  @Test
  void mean() {
    for (int channels : CHANNELS) {
      for (int width : new int[] {1, 2, 7, 32}) {
        for (int pixels : new int[] {1, 2, 31, 32, 33, 49, 196, 3136}) {
          mean(channels, width, pixels);
        }
      }
    }
  }

  private void mean(int channels, int width, int pixels) {
    int stride = Vectors.padded(channels);
    int[] lines = new int[Math.ceilDiv(pixels, width)];
    Arrays.setAll(lines, i -> samples.random.nextInt(1_000));
    int out = 1_003 + width * stride + Vectors.LANES;
    float[] arena = samples.floats(out + channels + Vectors.LANES);
    float beyond = arena[out + channels];
    maps.mean(arena, lines, 3, stride, width, pixels, channels, 1f / pixels, out);
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      double magnitude = 0;
      for (int p = 0; p < pixels; p++) {
        float value = arena[lines[p / width] + 3 + p % width * stride + c];
        sum += value;
        magnitude += Math.abs(value);
      }
      double tolerance = Samples.tolerance(width + lines.length + 2, magnitude / pixels);
      assertEquals(sum / pixels, arena[out + c], tolerance);
    }
    assertEquals(beyond, arena[out + channels], "written beyond the channels");
  }

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
        maps.multiply(arena, 0, stride, factor, factorStride, out, stride, pixels, channels);
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
  void interleavesThreePlanes() {
    for (int width : new int[] {1, 3, 7, 16, 28, 47, 224}) {
      for (int stride : new int[] {3, 8}) {
        float[] planes = samples.floats(3 * width + 5);
        int[] rows = {2 * width + 5, 1, width + 3};
        float[] arena = samples.floats(stride * width + Vectors.LANES);
        float[] expected = arena.clone();
        for (int i = 0; i < 3 * width; i++) {
          expected[2 + i / 3 * stride + i % 3] = planes[rows[i % 3] + i / 3];
        }
        maps.interleave(planes, rows[0], rows[1], rows[2], width, arena, 2, stride);
        assertArrayEquals(expected, arena);
      }
    }
  }

  private static MapKernel.Row row(int channels, int kernel, int stride, int padding, int width) {
    int outWidth = (width + 2 * padding - kernel) / stride + 1;
    int inStride = Vectors.padded(channels);
    return new MapKernel.Row(
        kernel, stride, padding, width, inStride, outWidth, channels + 2, channels);
  }

  private float[] arena(MapKernel.Row row, int rows) {
    int input = rows * row.inWidth() * row.inStride();
    return samples.floats(input + row.outWidth() * row.outStride() + 2 * Vectors.LANES);
  }

  private static int[] rowOffsets(MapKernel.Row row, int rows) {
    int[] offsets = new int[rows];
    for (int y = 0; y < rows; y++) {
      offsets[y] = (rows - 1 - y) * row.inWidth() * row.inStride();
    }
    return offsets;
  }
}
