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

  private static final class Tile2 extends PlainWinograd implements WinogradKernel.Tile2 {
    Tile2() {
      super(Winograd.TILE_2);
    }

    @Override
    public void inputLine(float[] arena, int i0, int i1, int i2, int i3, int out, int step) {
      for (int c = 0; c < LANES; c++) {
        float d1 = arena[i1 + c];
        float d2 = arena[i2 + c];
        int to = out + c;
        arena[to] = arena[i0 + c] - d2;
        arena[to + 3 * step] = d1 - arena[i3 + c];
        arena[to + step] = d1 + d2;
        arena[to + 2 * step] = d2 - d1;
      }
    }

    @Override
    public void outputLine(float[] arena, int in, int step, int out0, int out1) {
      for (int c = 0; c < LANES; c++) {
        int from = in + c;
        float m1 = arena[from + step];
        float m2 = arena[from + 2 * step];
        arena[out0 + c] = arena[from] + m1 + m2;
        arena[out1 + c] = m1 - m2 - arena[from + 3 * step];
      }
    }
  }

  private static final class Tile4 extends PlainWinograd implements WinogradKernel.Tile4 {
    Tile4() {
      super(Winograd.TILE_4);
    }

    @Override
    public void inputLine(
        float[] arena, int i0, int i1, int i2, int i3, int i4, int i5, int out, int step) {
      for (int c = 0; c < LANES; c++) {
        float d1 = arena[i1 + c];
        float d2 = arena[i2 + c];
        float d3 = arena[i3 + c];
        float d4 = arena[i4 + c];
        int to = out + c;
        arena[to] = Math.fma(d2, -2.5f, arena[i0 + c] + d4);
        arena[to + 5 * step] = Math.fma(d3, -2.5f, arena[i5 + c] + d1);
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
    public void outputLine(
        float[] arena, int in, int step, int out0, int out1, int out2, int out3) {
      for (int c = 0; c < LANES; c++) {
        int from = in + c;
        float m1 = arena[from + step];
        float m2 = arena[from + 2 * step];
        float m3 = arena[from + 3 * step];
        float m4 = arena[from + 4 * step];
        float inner = m1 + m2;
        float outer = m3 + m4;
        arena[out0 + c] = arena[from] + inner + outer;
        arena[out2 + c] = Math.fma(outer, 2f, inner * 0.5f);
        inner = (m1 - m2) * INNER;
        outer = (m3 - m4) * OUTER;
        arena[out1 + c] = inner + outer;
        arena[out3 + c] = Math.fma(outer, 2f, Math.fma(inner, 0.5f, arena[from + 5 * step]));
      }
    }
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
