package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.graph.Operator.Function;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody may be able to tell by its results which of two kernels has computed. */
class TwinTest {
  private static final List<Optional<Function>> ACTIVATIONS =
      Stream.concat(Stream.of((Function) null), Arrays.stream(Function.values()))
          .map(Optional::ofNullable)
          .toList();

  private final Samples samples = new Samples("TwinTest");

  @Test
  void tilesAreEqualToTheLastBit() {
    List<Tap> taps =
        List.of(Tap.of(5, 19), Tap.of(5, 19), Tap.of(3, 2), Tap.of(33, 16), Tap.of(38, 16));
    for (int i = 0; i < 20; i++) {
      TileShape shape = TileShape.choose(samples.oneOf(7, 28, 56, 100), 49).getFirst();
      int stride = shape.vectors() * Vectors.LANES + 3;
      TileSpec spec = TileSpec.of(shape, taps, stride, tileEpilogue(i % 2 == 0), stride + 2);
      float[] in = numbers(49 * 19 + 200);
      float[] weights = numbers(spec.weights(taps) + 2);
      int residual = 49 * stride + 1;
      float[] out = numbers(residual + 49 * (stride + 2));
      float[] twin = out.clone();
      int[] offsets = Samples.offsets(taps, 4, 0, 2, 9, 1, residual);
      int pixel = samples.oneOf(0, 49 - shape.pixels());
      TileKernel.of(spec).tile(in, offsets, weights, 2, out, 1, pixel, false);
      new PlainTile(spec).tile(in, offsets, weights, 2, twin, 1, pixel, false);
      assertArrayEquals(bits(out), bits(twin), spec::toString);
    }
  }

  @Test
  void tilesOfWindowsThatSlideAreEqualToTheLastBit() {
    for (int stride : new int[] {1, 2}) {
      List<Tap> taps =
          Collections.nCopies(3, Tap.of(7, stride * 9).at(3, 9).inRows(4, stride * 60));
      TileShape shape = new TileShape(8, 1);
      TileSpec spec = TileSpec.of(shape, taps, Vectors.LANES, tileEpilogue(true), Vectors.LANES);
      float[] in = numbers(1000);
      float[] weights = numbers(spec.weights(taps));
      int residual = 24 * spec.panel();
      float[] out = numbers(2 * residual);
      float[] twin = out.clone();
      int[] offsets = Samples.offsets(taps, 4, 64, 124, residual);
      for (int pixel : new int[] {0, 8, 12}) {
        TileKernel.of(spec).tile(in, offsets, weights, 0, out, 0, pixel, false);
        new PlainTile(spec).tile(in, offsets, weights, 0, twin, 0, pixel, false);
      }
      assertArrayEquals(bits(out), bits(twin), spec::toString);
    }
  }

  @Test
  void depthwiseRowsAreEqualToTheLastBit() {
    for (EpilogueSpec epilogue : epilogues()) {
      int kernel = samples.oneOf(1, 2, 3, 5, 7);
      int channels = samples.oneOf(1, 12, 16, 28, 32);
      boolean partial = channels % Vectors.LANES != 0;
      int inWidth = samples.oneOf(7, 8, 13, 15, 28);
      int padded = Vectors.padded(channels);
      int stride = samples.oneOf(1, 2, 3);
      int outWidth = (inWidth + 2 * (kernel / 2) - kernel) / stride + 1;
      DepthwiseSpec wanted =
          new DepthwiseSpec(
                  kernel,
                  stride,
                  kernel / 2,
                  1,
                  partial,
                  padded + 1,
                  padded + 3,
                  epilogue,
                  padded + 2)
              .forRow(outWidth);
      DepthwiseSpec spec = wanted.hasRoom() ? wanted : wanted.plain();
      int row = inWidth * (padded + 1) + Vectors.LANES;
      float[] in = numbers(kernel * row);
      int[] rows = new int[kernel];
      Arrays.setAll(rows, i -> i * row);
      float[] weights = numbers(spec.block() * padded / Vectors.LANES);
      int first = 30 * (padded + 2);
      float[] out = numbers(first + 30 * (padded + 3));
      float[] twin = out.clone();
      DepthwiseKernel.of(spec)
          .row(inWidth, outWidth, channels, in, rows, weights, 0, out, first, 1);
      new PlainDepthwise(spec)
          .row(inWidth, outWidth, channels, in, rows, weights, 0, twin, first, 1);
      assertArrayEquals(bits(out), bits(twin), spec::toString);
    }
  }

  @Test
  void epiloguesAreEqualToTheLastBit() {
    for (EpilogueSpec epilogue : epilogues()) {
      int channels = samples.oneOf(1, 12, 16, 28, 32);
      int stride = channels + 3;
      EpilogueParameters parameters = new EpilogueParameters(numbers(40), numbers(40), numbers(40));
      float[] arena = numbers(4_000);
      float[] twin = arena.clone();
      EpilogueKernel.of(epilogue)
          .run(arena, 1, stride, 1_000, stride, 14, channels, parameters, 2, 3_000, stride);
      new PlainEpilogue(epilogue)
          .run(twin, 1, stride, 1_000, stride, 14, channels, parameters, 2, 3_000, stride);
      assertArrayEquals(bits(arena), bits(twin), epilogue::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  void winogradTransformsAreEqualToTheLastBit(Winograd size) {
    PlainWinograd plain = PlainWinograd.of(size);
    int vectors = 36 * Vectors.LANES;
    int[] pixels = samples.random.ints(size.positions(), 0, 2 * vectors).toArray();
    int[] places = IntStream.range(0, 50).map(i -> 4 * vectors + 3 + i * 67).toArray();
    for (int i = 0; i < 20; i++) {
      float[] arena = numbers(4 * vectors + 50 * 67);
      float[] twin = arena.clone();
      for (float[] numbers : List.of(arena, twin)) {
        WinogradKernel kernel = numbers == arena ? plain.generate() : plain;
        kernel.transformInput(numbers, pixels, 2, 3 * vectors, 4 * vectors + 1, Vectors.LANES + 3);
        kernel.transformOutput(numbers, 5, 2 * Vectors.LANES + 1, 3 * vectors, places, 30, 1);
      }
      assertArrayEquals(bits(arena), bits(twin));
    }
  }

  @Test
  void maximaAreEqualToTheLastBit() {
    for (int i = 0; i < 200; i++) {
      int channels = samples.oneOf(1, 12, 16, 28, 32, 100);
      int step = samples.oneOf(channels, 2 * channels + 1);
      int pixels = samples.oneOf(1, 7, 28);
      int out = 10_000;
      float[] arena = numbers(out + 28 * 103 + Vectors.LANES, 4_000 >> i % 10);
      float[] twin = arena.clone();
      new VectorMaps().max(arena, 1, 300, 700, step, out, channels + 3, pixels, channels);
      new PlainMaps().max(twin, 1, 300, 700, step, out, channels + 3, pixels, channels);
      assertArrayEquals(bits(arena), bits(twin));
    }
  }

  @Test
  void interleavedPlanesAreEqualToTheLastBit() {
    float[] planes = numbers(400, 20);
    float[] out = new float[350];
    float[] twin = out.clone();
    new VectorMaps().interleave(planes, 0, 131, 262, 113, out, 3, 3);
    new PlainMaps().interleave(planes, 0, 131, 262, 113, twin, 3, 3);
    assertArrayEquals(bits(out), bits(twin));
  }

  @Test
  void meansAndProductsAreEqualToTheLastBit() {
    for (int i = 0; i < 50; i++) {
      int channels = samples.oneOf(1, 12, 16, 28, 32);
      int width = samples.oneOf(1, 2, 7, 32);
      int pixels = samples.oneOf(1, 7, 49, 100);
      int stride = channels + 3;
      int[] lines = samples.random.ints(100, 0, 1_000).toArray();
      float[] arena = numbers(9_000);
      float[] twin = arena.clone();
      for (float[] numbers : List.of(arena, twin)) {
        MapKernel maps = numbers == arena ? new VectorMaps() : new PlainMaps();
        maps.mean(numbers, lines, 2, stride, width, pixels, channels, 1 / 3f, 3_000);
        maps.multiply(numbers, 1, stride, 5, stride, 4_000, channels, pixels, channels);
        maps.multiply(numbers, 1, stride, 8_900, 0, 1, stride, pixels, channels);
      }
      assertArrayEquals(bits(arena), bits(twin));
    }
  }

  @Test
  void theGeneratedKernelTakesOver() {
    List<Tap> taps = List.of(Tap.of(11, 32));
    TileSpec spec = TileSpec.of(new TileShape(3, 2), taps, 64, EpilogueSpec.COPY, 0);
    RehearsedKernel<TileKernel> kernel = RehearsedKernel.of(spec);
    assertInstanceOf(PlainTile.class, kernel.kernel());
    assertSame(
        kernel,
        RehearsedKernel.of(TileSpec.of(new TileShape(3, 2), taps, 64, EpilogueSpec.COPY, 0)));
    int turns = 0;
    while (!kernel.isSettled()) {
      kernel.rehearse(10_000_000);
      assertTrue(++turns < 1_000, "still not settled");
    }
    assertSame(TileKernel.of(spec), kernel.kernel());
  }

  @Test
  void theTwinStaysWhereThereIsNoMemoryForARehearsal() throws IOException, InterruptedException {
    ChildJvm.run(FullHeap.class, List.of("-Xmx24m"), TileKernel.class, Function.class);
  }

  /** What the process runs. */
  static final class FullHeap {
    private FullHeap() {}

    public static void main(String[] arguments) {
      Tap tap = Tap.of((1 << 23) / Vectors.LANES, 16);
      TileSpec spec = TileSpec.of(new TileShape(4, 1), List.of(tap), 16, EpilogueSpec.COPY, 0);
      RehearsedKernel<TileKernel> kernel = RehearsedKernel.of(spec);
      boolean tried = kernel.rehearse(1); // wants 32 MiB
      if (!tried || kernel.isSettled() || !(kernel.kernel() instanceof PlainTile)) {
        throw new AssertionError("the twin is gone");
      }
    }
  }

  @Test
  void settlesWithoutRehearsal() {
    DepthwiseSpec spec = new DepthwiseSpec(3, 1, 1, 5, true, 32, 32, EpilogueSpec.COPY, 0);
    RehearsedKernel<DepthwiseKernel> kernel = RehearsedKernel.of(spec);
    DepthwiseKernel twin = kernel.kernel();
    kernel.settle();
    assertTrue(kernel.isSettled());
    assertNotSame(twin, kernel.kernel());
    assertSame(DepthwiseKernel.of(spec), kernel.kernel());
  }

  private static List<EpilogueSpec> epilogues() {
    List<EpilogueSpec> epilogues = new ArrayList<>();
    for (int parts = 0; parts < 8; parts++) {
      for (Optional<Function> activation : ACTIVATIONS) {
        for (Optional<Function> last : ACTIVATIONS) {
          epilogues.add(
              new EpilogueSpec(
                  (parts & 1) != 0, activation, (parts & 2) != 0, (parts & 4) != 0, last));
        }
      }
    }
    return epilogues;
  }

  private EpilogueSpec tileEpilogue(boolean bias) {
    boolean affine = samples.random.nextBoolean();
    boolean residual = samples.random.nextBoolean();
    return new EpilogueSpec(bias, comparing(), affine, residual, comparing()).ofTile();
  }

  private Optional<Function> comparing() {
    Function[] functions = {null, Function.RELU, Function.RELU6};
    return Optional.ofNullable(functions[samples.random.nextInt(functions.length)]);
  }

  /** Mostly small ones, and some of those that are special. */
  private float[] numbers(int length) {
    return numbers(length, 400);
  }

  /**
   * @param apart twice how far apart those are that are special
   */
  private float[] numbers(int length, int apart) {
    float[] special = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0f, 1e30f, -1e3f, 1e-40f
    };
    float[] numbers = samples.floats(length);
    for (int i = 0; i < length; i += 1 + samples.random.nextInt(apart)) {
      numbers[i] = special[samples.random.nextInt(special.length)];
    }
    return numbers;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
    return bits;
  }
}
