package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.graph.Operator.Function;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TileKernelTest {
  private static final int[] CHANNELS = {1, 3, 7, 13, 28, 56, 100, 184, 207};
  private static final int[] PIXELS = {1, 2, 3, 7, 13, 14, 27, 28, 49, 56, 100};

  private final Samples samples = new Samples("TileKernelTest");

  @Test
  void pointwiseConvolutions() {
    for (int inChannels : CHANNELS) {
      for (int outChannels : CHANNELS) {
        Tap tap = Tap.of(inChannels, Vectors.padded(inChannels));
        check(List.of(tap), outChannels, samples.oneOf(PIXELS));
      }
    }
  }

  @Test
  void everyCountOfPixels() {
    for (int pixels = 1; pixels <= 40; pixels++) {
      for (int outChannels : new int[] {1, 28, 56, 184}) {
        check(List.of(Tap.of(13, 16), Tap.of(13, 16)), outChannels, pixels);
      }
    }
  }

  @Test
  void kernelPositionsShareOneLoop() {
    check(Collections.nCopies(9, new Tap(5, 2 * 16, 1)), 28, 15);
    check(Collections.nCopies(49, new Tap(1, 3, 1)), 56, 15);
    check(Collections.nCopies(7, Tap.of(21, 6)), 64, 112);
  }

  @Test
  void channelPlanes() {
    check(Collections.nCopies(9, new Tap(3, 2, 400)), 28, 56);
    check(List.of(new Tap(27, 1, 112)), 28, 112);
  }

  @Test
  void manySegmentsOfDifferentSizes() {
    List<Tap> taps = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      int channels = samples.oneOf(CHANNELS);
      taps.add(Tap.of(channels, Vectors.padded(channels) + samples.oneOf(0, 16)));
    }
    for (int outChannels : CHANNELS) {
      check(taps, outChannels, samples.oneOf(PIXELS));
    }
  }

  /** Against plain sums and an epilogue by itself. */
  @Test
  void epilogues() {
    List<Optional<Function>> activations =
        Stream.concat(Stream.of((Function) null), Arrays.stream(Function.values()))
            .map(Optional::ofNullable)
            .toList();
    for (int parts = 0; parts < 8; parts++) {
      for (Optional<Function> activation : activations) {
        for (Optional<Function> last : activations) {
          EpilogueSpec epilogue =
              new EpilogueSpec(
                  (parts & 1) != 0, activation, (parts & 2) != 0, (parts & 4) != 0, last);
          for (TileShape shape : TileShape.choose(samples.oneOf(7, 28, 100), 49)) {
            check(epilogue, shape, samples.oneOf(shape.pixels(), 49));
          }
        }
      }
    }
  }

  private void check(EpilogueSpec epilogue, TileShape shape, int pixels) {
    List<Tap> taps = List.of(Tap.of(5, 16), Tap.of(13, 16), Tap.of(1, 16));
    int channels = 19;
    int width = shape.vectors() * Vectors.LANES;
    int outStride = width + 3;
    int residualStride = width + 1;
    TileSpec plain = new TileSpec(shape.pixels(), shape.vectors(), taps, outStride);
    TileSpec whole =
        new TileSpec(shape.pixels(), shape.vectors(), taps, outStride, epilogue, residualStride);
    float[] in = samples.floats(pixels * 16);
    int[] offsets = {0, 2, 1};
    EpilogueParameters parameters =
        new EpilogueParameters(samples.floats(width), samples.floats(width), samples.floats(width));
    float[] weights = samples.floats(channels * width);
    FloatBuffer packed = FloatBuffer.allocate(whole.weights());
    if (epilogue.bias()) {
      packed.put(parameters.bias(), 0, width);
    }
    packed.put(weights);
    if (epilogue.affine()) {
      packed.put(parameters.scale(), 0, width).put(parameters.shift(), 0, width);
    }
    assertEquals(0, packed.remaining());
    int out = pixels * residualStride;
    float[] expected = samples.floats(out + pixels * outStride);
    float[] actual = expected.clone();
    TileKernel.of(plain).run(in, offsets, weights, 0, expected, out, pixels, 0);
    EpilogueKernel.of(epilogue)
        .run(
            expected,
            out,
            outStride,
            out,
            outStride,
            pixels,
            width,
            parameters,
            0,
            0,
            residualStride);
    TileKernel.of(whole).run(in, offsets, packed.array(), 0, actual, out, pixels, 0);
    // All numbers are below 1, no part stretches errors by more than 1.1, and both sides have some.
    double tolerance = 2 * 1.21 * (Samples.tolerance(channels + 4, channels + 3) + 4e-7 * channels);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], tolerance, whole::toString);
    }
  }

  @Test
  void kernelsAreShared() {
    TileSpec spec = new TileSpec(2, 1, List.of(Tap.of(3, 4)), 16);
    assertSame(TileKernel.of(spec), TileKernel.of(new TileSpec(2, 1, List.of(Tap.of(3, 4)), 16)));
  }

  @Test
  void refusesFewerPixelsThanATile() {
    TileKernel kernel = TileKernel.of(new TileSpec(4, 1, List.of(Tap.of(3, 4)), 16));
    float[] memory = new float[1000];
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel.run(memory, new int[1], memory, 0, memory, 500, 3, 0));
  }

  /** Runs all panels of a layer and compares them with sums in double precision. */
  private void check(List<Tap> taps, int outChannels, int pixels) {
    int[] offsets = new int[taps.size()];
    int channels = 0;
    int end = 0;
    for (int t = 0; t < offsets.length; t++) {
      Tap tap = taps.get(t);
      offsets[t] = end + samples.random.nextInt(5);
      end = offsets[t] + (pixels - 1) * tap.pixelStride();
      end += (tap.channels() - 1) * tap.channelStride() + 1;
      channels += tap.channels();
    }
    float[] in = samples.floats(end);
    float[] weights = samples.floats(outChannels * channels);
    int outStride = Vectors.padded(outChannels);
    int first = samples.random.nextInt(9);
    float[] out = Samples.poison(first + pixels * outStride);
    int panelStart = 0;
    for (TileShape shape : TileShape.choose(outChannels, pixels)) {
      TileSpec spec = new TileSpec(shape.pixels(), shape.vectors(), taps, outStride);
      float[] packed = pack(weights, channels, outChannels, panelStart, shape, 3);
      assertEquals(packed.length, spec.weights() + 3);
      TileKernel.of(spec).run(in, offsets, packed, 3, out, first + panelStart, pixels, 0);
      panelStart += shape.vectors() * Vectors.LANES;
    }
    assertEquals(outStride, panelStart);
    for (int p = 0; p < pixels; p++) {
      for (int o = 0; o < outChannels; o++) {
        double sum = 0;
        double magnitude = 0;
        int k = 0;
        for (int t = 0; t < offsets.length; t++) {
          Tap tap = taps.get(t);
          for (int c = 0; c < tap.channels(); c++) {
            int index = offsets[t] + p * tap.pixelStride() + c * tap.channelStride();
            double product = (double) in[index] * weights[o * channels + k++];
            sum += product;
            magnitude += Math.abs(product);
          }
        }
        int pixel = p;
        int channel = o;
        assertEquals(
            sum,
            out[first + p * outStride + o],
            Samples.tolerance(channels, magnitude),
            () -> "%s to %d, pixel %d, channel %d".formatted(taps, outChannels, pixel, channel));
      }
    }
  }

  private static float[] pack(
      float[] weights, int channels, int outChannels, int from, TileShape shape, int gap) {
    int width = shape.vectors() * Vectors.LANES;
    float[] packed = new float[gap + channels * width];
    for (int k = 0; k < channels; k++) {
      for (int j = 0; j < width && from + j < outChannels; j++) {
        packed[gap + k * width + j] = weights[(from + j) * channels + k];
      }
    }
    return packed;
  }
}
