package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.graph.Operator.Function;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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

  /** Of few pixels more than a tile, one would have to be smaller still: they overlap then. */
  @Test
  void tilesOfTwoSizes() {
    for (int size = 2; size <= 6; size++) {
      TileShape shape = new TileShape(size, 1, true);
      for (int pixels = size; pixels <= 40; pixels++) {
        check(List.of(Tap.of(13, 16), Tap.of(13, 16)), 2 * Vectors.LANES, pixels, shape);
      }
    }
  }

  @Test
  void kernelPositionsShareOneLoop() {
    check(Collections.nCopies(9, Tap.of(5, 2 * 16)), 28, 15);
    check(Collections.nCopies(49, Tap.of(1, 3)), 56, 15);
    check(Collections.nCopies(7, Tap.of(21, 6)), 64, 112);
  }

  @Test
  void windowsThatSlide() {
    for (int stride : new int[] {1, 2, 3}) {
      Tap tap = Tap.of(16, stride * 16).at(3, 16);
      check(Collections.nCopies(3, tap), 16, 14, TileShape.sliding(14, 1));
      check(Collections.nCopies(3, tap), 3, 56, TileShape.sliding(56, 1));
      check(List.of(Tap.of(5, stride * 7).at(2, 7), tap), Vectors.LANES, 7, new TileShape(4, 1));
    }
  }

  @Test
  void tilesOfSeveralRows() {
    Tap tap = Tap.of(16, 32).at(3, 16).inRows(4, 500);
    check(Collections.nCopies(3, tap), Vectors.LANES, 8, new TileShape(8, 1));
    check(Collections.nCopies(3, tap), Vectors.LANES, 20, new TileShape(8, 1));
    check(List.of(Tap.of(5, 8).inRows(3, 40)), Vectors.LANES, 9, new TileShape(3, 1));
  }

  @Test
  void refusesTilesThatBreakRows() {
    Tap tap = Tap.of(16, 16).inRows(4, 500);
    assertThrows(IllegalArgumentException.class, () -> spec(new TileShape(6, 1), List.of(tap)));
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

  @Test
  void kernelsAreShared() {
    TileShape shape = new TileShape(2, 1);
    List<Tap> taps = List.of(Tap.of(3, 4), Tap.of(5, 4));
    TileKernel kernel = TileKernel.of(spec(shape, taps));
    assertSame(kernel, TileKernel.of(spec(shape, taps)));
    List<Tap> more = List.of(Tap.of(3, 4), Tap.of(5, 4), Tap.of(5, 4), Tap.of(5, 4));
    assertSame(kernel, TileKernel.of(spec(shape, more)));
    assertNotSame(kernel, TileKernel.of(spec(shape, taps.reversed())));
  }

  @Test
  void tilesOfOnePixel() {
    for (int inChannels : CHANNELS) {
      for (int outChannels : CHANNELS) {
        Tap tap = Tap.of(inChannels, 16);
        check(List.of(tap, tap, Tap.of(inChannels, 19)), outChannels, 1);
        check(List.of(tap.at(2, 5)), outChannels, 1);
      }
    }
  }

  private static TileSpec spec(TileShape shape, List<Tap> taps) {
    return TileSpec.of(shape, taps, 16, EpilogueSpec.COPY, 0);
  }

  @Test
  void dryRunsWriteNothing() {
    for (int taps : new int[] {1, 5}) {
      List<Tap> different = new ArrayList<>();
      for (int i = 0; i < taps; i++) {
        different.add(Tap.of(3 + i, 16));
      }
      TileSpec spec = spec(new TileShape(2, 1), different);
      float[] memory = samples.floats(1000);
      float[] before = memory.clone();
      for (TileKernel kernel : List.of(TileKernel.of(spec), new PlainTile(spec))) {
        int[] offsets = Samples.offsets(different, new int[taps]);
        kernel.tile(memory, offsets, memory, 0, memory, 500, 0, true);
        assertArrayEquals(before, memory);
      }
    }
  }

  @Test
  void refusesFewerPixelsThanATile() {
    List<Tap> taps = List.of(Tap.of(3, 4));
    Tiling tiling = Tiling.of(new TileShape(4, 1), taps, 16, EpilogueSpec.COPY, 0);
    float[] memory = new float[1000];
    assertThrows(
        IllegalArgumentException.class,
        () -> tiling.run(memory, Samples.offsets(taps, 0), memory, 0, memory, 500, 3));
  }

  /** Runs all panels of a layer and compares them with sums in double precision. */
  private void check(List<Tap> taps, int outChannels, int pixels) {
    check(taps, outChannels, pixels, TileShape.choose(outChannels, pixels));
  }

  private void check(List<Tap> taps, int outChannels, int pixels, TileShape shape) {
    check(taps, outChannels, pixels, Collections.nCopies(panels(outChannels), shape));
  }

  private static int panels(int channels) {
    return Math.ceilDiv(channels, Vectors.LANES);
  }

  private void check(List<Tap> taps, int outChannels, int pixels, List<TileShape> shapes) {
    int[] offsets = new int[taps.size()];
    int channels = 0;
    int end = 0;
    for (int t = 0; t < offsets.length; t++) {
      Tap tap = taps.get(t);
      offsets[t] = end + samples.random.nextInt(5);
      end = offsets[t] + tap.offset(pixels - 1) + (tap.positions() - 1) * tap.positionStride();
      end += tap.channels();
      channels += tap.depth();
    }
    float[] in = samples.floats(end);
    float[] weights = samples.floats(outChannels * channels);
    boolean biased = samples.random.nextBoolean();
    float[] bias = biased ? samples.floats(outChannels) : new float[outChannels];
    boolean raised = samples.random.nextBoolean();
    boolean affine = Vectors.LANES < 16 && samples.random.nextBoolean();
    float[] scale = samples.floats(outChannels);
    float[] shift = samples.floats(outChannels);
    boolean added = Vectors.LANES < 16 && !(raised && affine) && samples.random.nextBoolean();
    Optional<Function> relu = Optional.of(Function.RELU);
    boolean raisedLast = added && !raised && !affine;
    EpilogueSpec epilogue =
        new EpilogueSpec(
            biased,
            raised ? relu : Optional.empty(),
            affine,
            added,
            raisedLast ? relu : Optional.empty());
    int outStride = Vectors.padded(outChannels);
    int residualStride = outStride + samples.random.nextInt(3);
    int first = samples.random.nextInt(9);
    int firstResidual = first + pixels * outStride;
    float[] residuals = samples.floats(pixels * residualStride);
    float[] out = Samples.poison(firstResidual + residuals.length);
    System.arraycopy(residuals, 0, out, firstResidual, residuals.length);
    int panelStart = 0;
    for (TileShape shape : shapes) {
      Tiling tiling = Tiling.of(shape, taps, outStride, epilogue, residualStride);
      tiling.kernels().forEach(RehearsedKernel::settle);
      TileSpec spec = tiling.spec();
      float[] packed = pack(weights, bias, scale, shift, channels, panelStart, spec, taps, 3);
      int[] allOffsets = Arrays.copyOf(offsets, offsets.length + 1);
      allOffsets[offsets.length] = firstResidual + panelStart;
      int[] inOffsets = Samples.offsets(taps, allOffsets);
      tiling.run(in, inOffsets, packed, 3, out, first + panelStart, pixels);
      panelStart += shape.vectors() * Vectors.LANES;
    }
    assertEquals(outStride, panelStart);
    for (int p = 0; p < pixels; p++) {
      for (int o = 0; o < outChannels; o++) {
        double sum = bias[o];
        double magnitude = Math.abs(sum);
        int k = 0;
        for (int t = 0; t < offsets.length; t++) {
          Tap tap = taps.get(t);
          for (int c = 0; c < tap.depth(); c++) {
            int index = offsets[t] + tap.offset(p) + c / tap.positions();
            index += c % tap.positions() * tap.positionStride();
            double product = (double) in[index] * weights[o * channels + k++];
            sum += product;
            magnitude += Math.abs(product);
          }
        }
        int pixel = p;
        int channel = o;
        double activated = raised ? Math.max(0, sum) : sum;
        double tolerance = Samples.tolerance(channels, magnitude);
        double normed = affine ? scale[o] * activated + shift[o] : activated;
        double sumWithResidual = added ? normed + residuals[p * residualStride + o] : normed;
        assertEquals(
            raisedLast ? Math.max(0, sumWithResidual) : sumWithResidual,
            out[first + p * outStride + o],
            Samples.tolerance(2, Math.abs(activated) + 2) + tolerance,
            () -> "%s to %d, pixel %d, channel %d".formatted(taps, outChannels, pixel, channel));
      }
    }
  }

  private static float[] pack(
      float[] weights,
      float[] bias,
      float[] scale,
      float[] shift,
      int channels,
      int from,
      TileSpec spec,
      List<Tap> taps,
      int gap) {
    int real = Math.min(spec.panel(), bias.length - from);
    float[] packed = new float[gap + spec.weights(taps)];
    int row = gap;
    if (spec.epilogue().bias()) {
      System.arraycopy(bias, from, packed, gap, real);
      row += spec.panel();
    }
    for (int k = 0; k < channels; k++, row += spec.panel()) {
      for (int j = 0; j < real; j++) {
        packed[row + j] = weights[(from + j) * channels + k];
      }
    }
    if (spec.epilogue().affine()) {
      System.arraycopy(scale, from, packed, row, real);
      System.arraycopy(shift, from, packed, row + spec.panel(), real);
      row += 2 * spec.panel();
    }
    assertEquals(packed.length, row);
    return packed;
  }
}
