package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.Vectors.LANES;
import static dev.vgnet.cpu.kernel.Vectors.SPECIES;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * What pools, products and copies of images do, with vectors. {@link FloatVector#max} is not used:
 * it is slower, as it tells -0 from 0.
 */
final class VectorMaps implements MapKernel {
  /** Three of each number, the first to the last third of a vector. */
  private static final VectorShuffle<Float> FIRST = threeOfEach(0);

  private static final VectorShuffle<Float> MIDDLE = threeOfEach(1);
  private static final VectorShuffle<Float> LAST = threeOfEach(2);

  /** Each third lane of the three vectors that they make, from the second or third lane on. */
  private static final VectorMask<Float> SECOND_OF_FIRST = eachThird(0, 1);

  private static final VectorMask<Float> THIRD_OF_FIRST = eachThird(0, 2);
  private static final VectorMask<Float> SECOND_OF_MIDDLE = eachThird(1, 1);
  private static final VectorMask<Float> THIRD_OF_MIDDLE = eachThird(1, 2);
  private static final VectorMask<Float> SECOND_OF_LAST = eachThird(2, 1);
  private static final VectorMask<Float> THIRD_OF_LAST = eachThird(2, 2);

  private final MapKernel plain = new PlainMaps();

  /**
   * A comparison drops NaN in some places. Whether there is any, the sum of all numbers tells, at
   * half the cost of asking each: then, or where infinities cancel out, {@link PlainMaps} does it
   * all again. It does not matter that the output may be an input that holds maxima by then.
   */
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
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int p = 0; p < pixels; p++) {
      for (int i = 0; i < channels; i += LANES) {
        int at = p * step + i;
        FloatVector max = fromArray(SPECIES, arena, a + at);
        FloatVector second = fromArray(SPECIES, arena, b + at);
        FloatVector third = fromArray(SPECIES, arena, c + at);
        sum = sum.add(max.add(second).add(third));
        max = max.blend(second, second.compare(GT, max));
        max = max.blend(third, third.compare(GT, max));
        int to = out + p * outStep + i;
        if (channels - i >= LANES) {
          max.intoArray(arena, to);
        } else {
          max.intoArray(arena, to, SPECIES.indexInRange(i, channels));
        }
      }
    }
    if (sum.compare(NE, sum).anyTrue()) {
      plain.max(arena, a, b, c, step, out, outStep, pixels, channels);
    }
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
    for (int c = 0; c < channels; c += LANES) {
      FloatVector total = FloatVector.zero(SPECIES);
      for (int line = 0; line * width < pixels; line++) {
        int from = lines[line] + first + c;
        int length = Math.min(width, pixels - line * width);
        FloatVector sum = fromArray(SPECIES, arena, from);
        for (int p = 1; p < length; p++) {
          sum = sum.add(fromArray(SPECIES, arena, from + p * stride));
        }
        total = total.add(sum);
      }
      if (channels - c >= LANES) {
        total.mul(factor).intoArray(arena, out + c);
      } else {
        total.mul(factor).intoArray(arena, out + c, SPECIES.indexInRange(c, channels));
      }
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
    for (int c = 0; c < channels; c += LANES) {
      for (int p = 0; p < pixels; p++) {
        FloatVector x = fromArray(SPECIES, arena, in + p * inStride + c);
        FloatVector product = x.mul(fromArray(SPECIES, arena, factor + p * factorStride + c));
        int to = out + p * outStride + c;
        if (channels - c >= LANES) {
          product.intoArray(arena, to);
        } else {
          product.intoArray(arena, to, SPECIES.indexInRange(c, channels));
        }
      }
    }
  }

  /** The last vectors overlap those before, where the width is no multiple of a vector. */
  @Override
  public void interleave(
      float[] planes, int a, int b, int c, int width, float[] arena, int out, int stride) {
    if (width < LANES || stride != 3) {
      plain.interleave(planes, a, b, c, width, arena, out, stride);
      return;
    }
    for (int start = 0; start < width; start += LANES) {
      int x = Math.min(start, width - LANES);
      FloatVector one = fromArray(SPECIES, planes, a + x);
      FloatVector two = fromArray(SPECIES, planes, b + x);
      FloatVector three = fromArray(SPECIES, planes, c + x);
      int to = out + 3 * x;
      one.rearrange(FIRST)
          .blend(two.rearrange(FIRST), SECOND_OF_FIRST)
          .blend(three.rearrange(FIRST), THIRD_OF_FIRST)
          .intoArray(arena, to);
      one.rearrange(MIDDLE)
          .blend(two.rearrange(MIDDLE), SECOND_OF_MIDDLE)
          .blend(three.rearrange(MIDDLE), THIRD_OF_MIDDLE)
          .intoArray(arena, to + LANES);
      one.rearrange(LAST)
          .blend(two.rearrange(LAST), SECOND_OF_LAST)
          .blend(three.rearrange(LAST), THIRD_OF_LAST)
          .intoArray(arena, to + 2 * LANES);
    }
  }

  private static VectorShuffle<Float> threeOfEach(int third) {
    return VectorShuffle.fromOp(SPECIES, lane -> (third * LANES + lane) / 3);
  }

  private static VectorMask<Float> eachThird(int third, int from) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (third * LANES + lane) % 3 == from;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }
}
