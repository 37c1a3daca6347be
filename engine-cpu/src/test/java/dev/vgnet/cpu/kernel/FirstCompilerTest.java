package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.graph.Operator.Function;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The first compiler must not give up on any kernel: the second one then never learns that it is
 * hot, and it stays twenty times slower for the life of the process.
 */
class FirstCompilerTest {
  private static final String GIVEN_UP = "COMPILE SKIPPED: out of";

  @Test
  void everyKernelIsCompiled() throws IOException, InterruptedException {
    List<String> lines =
        ChildJvm.run(
            Kernels.class,
            List.of(
                "-XX:TieredStopAtLevel=3",
                "-XX:Tier3InvocationThreshold=20",
                "-XX:Tier3MinInvocationThreshold=10",
                "-XX:Tier3CompileThreshold=20",
                "-XX:-BackgroundCompilation",
                "-XX:+PrintCompilation"),
            TileKernel.class,
            Function.class);
    List<String> kernels =
        lines.stream().filter(line -> line.contains("cpu.kernel.Depthwise5x5/")).toList();
    assertTrue(kernels.size() > 30, () -> "compiled " + kernels);
    String transforms = VectorWinograd.class.getName();
    String maps = VectorMaps.class.getName();
    for (String name :
        List.of(
            transforms + "$Tile2::inputLine",
            transforms + "$Tile2::outputLine",
            transforms + "$Tile4::inputLine",
            transforms + "$Tile4::outputLine",
            maps + "::max",
            maps + "::mean",
            maps + "::multiply",
            maps + "::interleave")) {
      assertTrue(lines.stream().anyMatch(line -> line.contains(name)), name);
    }
    assertEquals(List.of(), lines.stream().filter(line -> line.contains(GIVEN_UP)).toList());
  }

  /** What the process runs: kernels of all sizes that the generators put into one method. */
  static final class Kernels {
    private static final int CALLS = 100;
    private static final Optional<Function> NONE = Optional.empty();

    private Kernels() {}

    public static void main(String[] arguments) {
      float[] arena = AlignedArrays.allocate(400_000);
      float[] weights = AlignedArrays.allocate(60_000);
      int[] offsets = {0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 0, 0};
      for (EpilogueSpec epilogue : epilogues()) {
        EpilogueParameters parameters =
            new EpilogueParameters(new float[40], new float[40], new float[40]);
        EpilogueKernel finish = EpilogueKernel.of(epilogue);
        for (int i = 0; i < CALLS; i++) {
          finish.run(arena, 0, 48, 200_000, 48, 10, 40, parameters, 0, 300_000, 48);
        }
        for (DepthwiseSpec spec : depthwise(epilogue)) {
          DepthwiseKernel kernel = DepthwiseKernel.of(spec);
          int width = 4 * spec.pixels();
          int inWidth = (width - 1) * spec.stride() + 1;
          int channels = spec.partial() ? 2 * Vectors.LANES - 1 : 2 * Vectors.LANES;
          for (int i = 0; i < CALLS; i++) {
            kernel.row(
                inWidth, width, channels, arena, offsets, weights, 0, arena, 200_000, 300_000);
          }
        }
      }
      for (Winograd size : Winograd.values()) {
        WinogradKernel transforms = VectorWinograd.of(size);
        int[] places = new int[size.positions()];
        for (int i = 0; i < CALLS; i++) {
          transforms.transformInput(arena, places, 0, 10_000, 20_000, 16);
          transforms.transformOutput(arena, 20_000, 16, 10_000, places, 0, 0);
        }
      }
      for (MapOperation operation : MapOperation.values()) {
        for (int i = 0; i < CALLS; i++) {
          operation.rehearse(operation.generate(), arena);
        }
      }
      for (Tile tile : tiles()) {
        TileSpec spec = tile.spec();
        TileKernel kernel = TileKernel.of(spec);
        int[] inOffsets = Samples.offsets(tile.taps(), offsets);
        for (int i = 0; i < CALLS; i++) {
          kernel.tile(arena, inOffsets, weights, 0, arena, 200_000, 0, false);
          kernel.tile(arena, inOffsets, weights, 0, arena, 200_000, spec.pixels(), false);
        }
      }
    }

    private static List<EpilogueSpec> epilogues() {
      Optional<Function> relu = Optional.of(Function.RELU);
      return List.of(
          EpilogueSpec.COPY,
          new EpilogueSpec(true, NONE, false, true, NONE),
          new EpilogueSpec(true, relu, false, false, NONE),
          new EpilogueSpec(true, relu, true, true, NONE),
          new EpilogueSpec(true, Optional.of(Function.RELU6), true, false, NONE),
          new EpilogueSpec(true, NONE, false, true, relu),
          new EpilogueSpec(true, Optional.of(Function.RELU6), false, false, NONE),
          new EpilogueSpec(true, Optional.of(Function.HARDSWISH), false, false, NONE),
          new EpilogueSpec(true, Optional.of(Function.SILU), true, false, NONE));
    }

    /** Those that have room for the epilogue. */
    private static List<DepthwiseSpec> depthwise(EpilogueSpec epilogue) {
      int stride = 2 * Vectors.LANES;
      List<DepthwiseSpec> specs = new ArrayList<>();
      for (int kernel : new int[] {3, 5}) {
        for (int step : new int[] {1, 2, 20}) {
          for (boolean partial : new boolean[] {false, true}) {
            for (int width : new int[] {6, 7, 13, 14}) {
              specs.add(
                  new DepthwiseSpec(
                          kernel, step, kernel / 2, 1, partial, stride, stride, epilogue, stride)
                      .forRow(width));
            }
          }
        }
      }
      specs.removeIf(spec -> !spec.hasRoom());
      return specs;
    }

    private record Tile(TileSpec spec, List<Tap> taps) {}

    private static List<Tile> tiles() {
      List<Tile> tiles = new ArrayList<>();
      for (int vectors = 1; vectors <= 8; vectors++) {
        TileShape shape = TileShape.choose(vectors * Vectors.LANES, TileShape.MAX_SUMS).getFirst();
        List<Tap> alike = List.of(Tap.of(8, 16), Tap.of(8, 16));
        List<Tap> different = List.of(Tap.of(33, 16), Tap.of(5, 16), Tap.of(163, 16));
        List<Tap> withRests = List.of(Tap.of(38, 16), Tap.of(26, 16));
        for (List<Tap> taps : List.of(alike, different, withRests)) {
          for (EpilogueSpec epilogue : epilogues()) {
            tiles.add(tile(shape, taps, epilogue));
            tiles.add(tile(new TileShape(1, vectors), taps, epilogue));
          }
        }
      }
      for (int columns : new int[] {1, TileShape.MAX_SUMS / 4, TileShape.MAX_SUMS}) {
        int rows = TileShape.slidingRows(columns);
        Tap sliding = Tap.of(8, 16).at(3, 8).inRows(columns, 16 * columns);
        Tap tap = rows > 1 ? sliding : Tap.of(8, 16).at(3, 8);
        TileShape shape = TileShape.sliding(columns, rows);
        EpilogueSpec epilogue =
            new EpilogueSpec(true, Optional.of(Function.RELU6), true, false, NONE);
        tiles.add(tile(shape, List.of(tap, tap), epilogue));
      }
      return tiles;
    }

    private static Tile tile(TileShape shape, List<Tap> taps, EpilogueSpec epilogue) {
      int outStride = shape.vectors() * Vectors.LANES;
      return new Tile(TileSpec.of(shape, taps, outStride, epilogue.ofTile(), outStride), taps);
    }
  }
}
