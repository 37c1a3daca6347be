package dev.vgnet.cpu.kernel;

/** What {@link VectorMaps} computes, bit by bit, in plain Java. */
final class PlainMaps implements MapKernel {
  @Override
  public void max(
      float[] arena,
      int a,
      int b,
      int c,
      int step,
      int out,
      int outStep,
      int pixels,
      int channels) {
    for (int p = 0; p < pixels; p++) {
      int from = p * step;
      int to = out + p * outStep;
      for (int i = from; i < from + channels; i++) {
        arena[to + i - from] = greater(greater(arena[a + i], arena[b + i]), arena[c + i]);
      }
    }
  }

  /** NaN is greater than any number. */
  private static float greater(float one, float other) {
    return other > one || Float.isNaN(other) ? other : one;
  }

  @Override
  public void mean(
      float[] arena,
      int[] lines,
      int first,
      int stride,
      int width,
      int pixels,
      int channels,
      float factor,
      int out) {
    for (int c = 0; c < channels; c++) {
      float total = 0;
      for (int line = 0; line * width < pixels; line++) {
        int from = lines[line] + first + c;
        int length = Math.min(width, pixels - line * width);
        float sum = arena[from];
        for (int p = 1; p < length; p++) {
          sum += arena[from + p * stride];
        }
        total += sum;
      }
      arena[out + c] = total * factor;
    }
  }

  @Override
  public void multiply(
      float[] arena,
      int in,
      int inStride,
      int factor,
      int factorStride,
      int out,
      int outStride,
      int pixels,
      int channels) {
    for (int p = 0; p < pixels; p++) {
      int from = in + p * inStride;
      int by = factor + p * factorStride;
      int to = out + p * outStride;
      for (int c = 0; c < channels; c++) {
        arena[to + c] = arena[from + c] * arena[by + c];
      }
    }
  }

  @Override
  public void interleave(
      float[] planes, int a, int b, int c, int width, float[] arena, int out, int stride) {
    for (int x = 0; x < width; x++) {
      int pixel = out + x * stride;
      arena[pixel] = planes[a + x];
      arena[pixel + 1] = planes[b + x];
      arena[pixel + 2] = planes[c + x];
    }
  }
}
