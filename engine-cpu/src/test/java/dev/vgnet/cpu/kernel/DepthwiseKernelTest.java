package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.graph.Operator.Function;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  @Test
  void windowsFarApart() {
    check(3, 20, 1, 300, 28);
    check(1, 1500, 0, 12_000, 3);
  }

  @Test
  void dryRowsWriteNothing() {
    for (int kernel : new int[] {3, 7}) {
      EpilogueSpec copy = EpilogueSpec.COPY;
      DepthwiseSpec spec =
          new DepthwiseSpec(kernel, 1, kernel / 2, 1, true, 32, 32, copy, 0).forRow(14);
      float[] memory = samples.floats(14 * 32);
      float[] before = memory.clone();
      for (DepthwiseKernel dry : List.of(DepthwiseKernel.of(spec), new PlainDepthwise(spec))) {
        dry.row(0, 14, 31, memory, new int[kernel], memory, 0, memory, 0, 0);
        assertArrayEquals(before, memory);
      }
    }
  }

  /** Against plain sums and an epilogue by itself. */
  @Test
  void epilogues() {
    for (Function function : Function.values()) {
      for (int parts = 0; parts < 8; parts++) {
        Optional<Function> activation = Optional.of(function);
        Optional<Function> none = Optional.empty();
        boolean last = samples.random.nextBoolean();
        EpilogueSpec epilogue =
            new EpilogueSpec(
                (parts & 1) != 0,
                parts == 0 ? none : activation,
                (parts & 2) != 0,
                (parts & 4) != 0,
                last ? activation : none);
        check(epilogue, 3);
        check(epilogue, samples.oneOf(1, 2, 5, 7));
      }
    }
  }

  private void check(EpilogueSpec epilogue, int kernel) {
    int width = samples.oneOf(3, 7, 8, 14, 30, 45);
    int channels = samples.oneOf(1, 13, 16, 28);
    int stride = Vectors.padded(channels);
    int padding = kernel == 3 ? samples.oneOf(0, 1) : kernel / 2;
    int step = samples.oneOf(1, 2, 3);
    if (width + 2 * padding < kernel) {
      return;
    }
    int outWidth = (width + 2 * padding - kernel) / step + 1;
    DepthwiseSpec whole =
        new DepthwiseSpec(
                kernel, step, padding, 1, channels != stride, stride, stride, epilogue, stride + 5)
            .forRow(outWidth);
    if (!whole.hasRoom()) {
      assertThrows(IllegalArgumentException.class, () -> DepthwiseKernel.of(whole));
      return;
    }
    int[] rows = new int[kernel];
    Arrays.setAll(rows, ky -> (kernel - 1 - ky) * width * stride);
    float[] in = samples.floats(kernel * width * stride + Vectors.LANES);
    int positions = kernel * kernel;
    float[] weights = samples.floats(positions * stride);
    EpilogueParameters parameters =
        new EpilogueParameters(
            samples.floats(stride), samples.floats(stride), samples.floats(stride));
    int out = outWidth * (stride + 5) + Vectors.LANES;
    float[] expected = samples.floats(out + outWidth * stride + Vectors.LANES);
    float[] actual = expected.clone();
    DepthwiseKernel.of(whole.plain())
        .row(width, outWidth, channels, in, rows, weights, 0, expected, out, 0);
    EpilogueKernel.of(epilogue)
        .run(expected, out, stride, out, stride, outWidth, channels, parameters, 0, 0, stride + 5);
    float[] packed = withParameters(weights, whole, parameters);
    DepthwiseKernel.of(whole).row(width, outWidth, channels, in, rows, packed, 0, actual, out, 0);
    // All numbers are below 1, no part stretches errors by more than 1.1, and both sides have some.
    double tolerance =
        2 * 1.21 * (Samples.tolerance(positions + 4, positions + 3) + 4e-7 * (positions + 3));
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], tolerance, whole::toString);
    }
  }

  private static float[] withParameters(
      float[] weights, DepthwiseSpec spec, EpilogueParameters parameters) {
    int block = spec.plain().block();
    int vectors = weights.length / block;
    FloatBuffer packed = FloatBuffer.allocate(vectors * spec.block());
    for (int v = 0; v < vectors; v++) {
      packed.put(weights, v * block, block);
      int channel = v * Vectors.LANES;
      if (spec.epilogue().bias()) {
        packed.put(parameters.bias(), channel, Vectors.LANES);
      }
      if (spec.epilogue().affine()) {
        packed.put(parameters.scale(), channel, Vectors.LANES);
        packed.put(parameters.shift(), channel, Vectors.LANES);
      }
    }
    assertEquals(0, packed.remaining());
    return packed.array();
  }

  private void check(int kernel, int stride, int padding, int width, int channels) {
    int inStride = Vectors.padded(channels) + samples.oneOf(0, 16);
    boolean segment = samples.random.nextBoolean();
    int outStride = segment ? channels + 5 : Vectors.padded(channels);
    int written = segment ? channels : Vectors.padded(channels);
    int outWidth = (width + 2 * padding - kernel) / stride + 1;
    DepthwiseSpec spec =
        new DepthwiseSpec(
                kernel,
                stride,
                padding,
                1,
                written % Vectors.LANES != 0,
                inStride,
                outStride,
                EpilogueSpec.COPY,
                0)
            .forRow(outWidth);
    float[] in = samples.floats(kernel * width * inStride + Vectors.LANES);
    int[] rows = new int[kernel];
    for (int ky = 0; ky < kernel; ky++) {
      rows[ky] = (kernel - 1 - ky) * width * inStride;
    }
    float[] weights = samples.floats(3 + kernel * kernel * Vectors.padded(channels));
    float[] out = Samples.poison(1 + outWidth * outStride + Vectors.LANES);
    DepthwiseKernel.of(spec).row(width, outWidth, written, in, rows, weights, 3, out, 1, 0);

    for (int x = 0; x < outWidth; x++) {
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        double magnitude = 0;
        int first = 3 + c / Vectors.LANES * spec.block() + c % Vectors.LANES;
        for (int ky = 0; ky < kernel; ky++) {
          for (int kx = 0; kx < kernel; kx++) {
            int column = x * stride - padding + kx;
            if (column >= 0 && column < width) {
              double weight = weights[first + (ky * kernel + kx) * Vectors.LANES];
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
