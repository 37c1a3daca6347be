package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.graph.Operator.Function;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The second compiler must not check more than a kernel reads: once such a check has failed within
 * the JDK's method for them, it checks each access alone in whatever it compiles, and all kernels
 * that come after take twice as long.
 */
class SecondCompilerTest {
  private static final String CHECK = "java.util.Objects.checkIndex";

  @Test
  void noCheckFailsThatNeedNot() throws IOException, InterruptedException {
    List<String> lines =
        ChildJvm.run(
            Kernels.class,
            List.of("-Xlog:deoptimization=debug", "-XX:-BackgroundCompilation"),
            TileKernel.class,
            Function.class);
    assertTrue(lines.contains("all settled"), () -> String.join("\n", lines));
    assertEquals(
        List.of(),
        lines.stream()
            .filter(line -> line.contains(CHECK) && line.contains("range_check"))
            .toList());
  }

  /** What the process runs: kernels whose arrays end where they stop to read and write. */
  static final class Kernels {
    private static final int RUNS = 50;

    private Kernels() {}

    public static void main(String[] arguments) {
      Optional<Function> relu = Optional.of(Function.RELU);
      EpilogueSpec bias = new EpilogueSpec(true, relu, false, false, Optional.empty());
      EpilogueSpec norm = new EpilogueSpec(false, relu, true, false, Optional.empty());
      for (int vectors : new int[] {1, 4, 5, 6}) {
        for (int channels : new int[] {24, 25, 1280}) {
          tile(new TileShape(1, vectors), List.of(Tap.of(channels, channels)), bias, 1);
        }
      }
      for (int channels : new int[] {7, 28, 57, 184}) {
        for (TileShape shape : List.of(new TileShape(6, 2), new TileShape(11, 1))) {
          tile(shape, List.of(Tap.of(channels, channels)), bias, shape.pixels());
          tile(shape, Collections.nCopies(3, Tap.of(channels, channels)), norm, 49);
        }
      }
      for (int stride : new int[] {1, 2}) {
        depthwise(new DepthwiseSpec(3, stride, 1, 7, false, 32, 32, bias, 0).forRow(14));
        depthwise(
            new DepthwiseSpec(3, stride, 1, 7, true, 32, 32, EpilogueSpec.COPY, 0).forRow(14));
      }
      System.out.println("all settled");
    }

    private static void tile(TileShape shape, List<Tap> taps, EpilogueSpec epilogue, int pixels) {
      int stride = shape.vectors() * Vectors.LANES;
      TileSpec spec = TileSpec.of(shape, taps, stride, epilogue.ofTile(), 0);
      TileKernel kernel = settled(RehearsedKernel.of(spec));
      Tap tap = taps.getFirst();
      float[] in = new float[tap.offset(pixels - 1) + tap.channels()];
      float[] weights = new float[spec.weights(taps)];
      float[] out = new float[pixels * stride];
      int[] offsets = Samples.offsets(taps, new int[taps.size()]);
      for (int i = 0; i < RUNS; i++) {
        kernel.run(spec, in, offsets, weights, 0, out, 0, pixels);
      }
    }

    private static void depthwise(DepthwiseSpec wanted) {
      DepthwiseSpec spec = wanted.hasRoom() ? wanted : wanted.plain();
      DepthwiseKernel kernel = settled(RehearsedKernel.of(spec));
      int width = 14;
      int inWidth = (width - 1) * spec.stride() + 1;
      int channels = spec.partial() ? 2 * Vectors.LANES - 1 : 2 * Vectors.LANES;
      int row = inWidth * 32;
      float[] in = new float[3 * row + Vectors.LANES];
      float[] weights = new float[2 * spec.block()];
      float[] out = new float[width * 32 + Vectors.LANES];
      for (int i = 0; i < RUNS; i++) {
        kernel.row(
            inWidth, width, channels, in, new int[] {0, row, 2 * row}, weights, 0, out, 0, 0);
      }
    }

    private static <K> K settled(RehearsedKernel<K> kernel) {
      while (!kernel.isSettled()) {
        kernel.rehearse(1_000_000);
      }
      return kernel.kernel();
    }
  }
}
