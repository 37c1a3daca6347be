package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.Winograd.INNER;
import static dev.vgnet.cpu.kernel.Winograd.OUTER;

/** The {@link Twin} of Winograd's transforms: what vectors do, bit by bit. */
abstract sealed class PlainWinograd implements WinogradKernel, Twin<WinogradKernel> {
  private static final int LANES = Vectors.LANES;

  private final Winograd size;
  private final int vectors;

  /** Of a rehearsal: one place for all inputs and all outputs. */
  private final int[] places;

  private PlainWinograd(Winograd size) {
    this.size = size;
    vectors = size.positions() * LANES;
    places = new int[size.positions()];
  }

  static PlainWinograd of(Winograd size) {
    return switch (size) {
      case TILE_2 -> new Tile2();
      case TILE_4 -> new Tile4();
    };
  }

  private static final class Tile2 extends PlainWinograd {
    Tile2() {
      super(Winograd.TILE_2);
    }

    @Override
    public void inputLine(float[] arena, int[] places, int first, int shift, int out, int step) {
      for (int c = 0; c < LANES; c++) {
        int from = shift + c;
        float d1 = arena[places[first + 1] + from];
        float d2 = arena[places[first + 2] + from];
        int to = out + c;
        arena[to] = arena[places[first] + from] - d2;
        arena[to + 3 * step] = d1 - arena[places[first + 3] + from];
        arena[to + step] = d1 + d2;
        arena[to + 2 * step] = d2 - d1;
      }
    }

    @Override
    public void outputLine(float[] arena, int in, int step, int[] places, int first, int shift) {
      for (int c = 0; c < LANES; c++) {
        int from = in + c;
        float m1 = arena[from + step];
        float m2 = arena[from + 2 * step];
        arena[places[first] + shift + c] = arena[from] + m1 + m2;
        arena[places[first + 1] + shift + c] = m1 - m2 - arena[from + 3 * step];
      }
    }
  }

  private static final class Tile4 extends PlainWinograd {
    Tile4() {
      super(Winograd.TILE_4);
    }

    @Override
    public void inputLine(float[] arena, int[] places, int first, int shift, int out, int step) {
      for (int c = 0; c < LANES; c++) {
        int from = shift + c;
        float d1 = arena[places[first + 1] + from];
        float d2 = arena[places[first + 2] + from];
        float d3 = arena[places[first + 3] + from];
        float d4 = arena[places[first + 4] + from];
        int to = out + c;
        arena[to] = Math.fma(d2, -2.5f, arena[places[first] + from] + d4);
        arena[to + 5 * step] = Math.fma(d3, -2.5f, arena[places[first + 5] + from] + d1);
        float even = Math.fma(d2, -2f, d4);
        float odd = Math.fma(d1, -2f, d3);
        arena[to + step] = Math.fma(odd, INNER, even);
        arena[to + 2 * step] = Math.fma(odd, -INNER, even);
        even = Math.fma(d2, -0.5f, d4);
        odd = Math.fma(d1, -0.5f, d3);
        arena[to + 3 * step] = Math.fma(odd, OUTER, even);
        arena[to + 4 * step] = Math.fma(odd, -OUTER, even);
      }
    }

    @Override
    public void outputLine(float[] arena, int in, int step, int[] places, int first, int shift) {
      for (int c = 0; c < LANES; c++) {
        int from = in + c;
        int to = shift + c;
        float m1 = arena[from + step];
        float m2 = arena[from + 2 * step];
        float m3 = arena[from + 3 * step];
        float m4 = arena[from + 4 * step];
        float inner = m1 + m2;
        float outer = m3 + m4;
        arena[places[first] + to] = arena[from] + inner + outer;
        arena[places[first + 2] + to] = Math.fma(outer, 2f, inner * 0.5f);
        inner = (m1 - m2) * INNER;
        outer = (m3 - m4) * OUTER;
        arena[places[first + 1] + to] = inner + outer;
        float last = Math.fma(inner, 0.5f, arena[from + 5 * step]);
        arena[places[first + 3] + to] = Math.fma(outer, 2f, last);
      }
    }
  }

  @Override
  public Winograd size() {
    return size;
  }

  @Override
  public WinogradKernel kernel() {
    return this;
  }

  @Override
  public WinogradKernel generate() {
    return VectorWinograd.of(size);
  }

  @Override
  public long memory() {
    return LANES + 2L * vectors;
  }

  @Override
  public void rehearse(WinogradKernel kernel, float[] memory) {
    int transformed = LANES + vectors;
    kernel.transformInput(memory, places, 0, LANES, transformed, LANES);
    kernel.transformOutput(memory, transformed, LANES, LANES, places, 0, 0);
  }
}
