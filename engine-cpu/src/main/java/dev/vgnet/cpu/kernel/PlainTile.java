package dev.vgnet.cpu.kernel;

import dev.vgnet.cpu.kernel.TileSpec.Tap;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** The {@link Twin} of a generated tile: the same sums in the same order, four at a time. */
final class PlainTile implements TileKernel, Twin<TileKernel> {
  /** Divides the length of every vector. */
  private static final int GROUP = 4;

  private final TileSpec spec;
  private final Tap[] runs;
  private final int panel;
  private final PlainEpilogue epilogue;
  private final int[] offsets;

  /** How many taps each run has in a rehearsal. */
  private final int rehearsed;

  PlainTile(TileSpec spec) {
    this.spec = spec;
    runs = spec.runs().toArray(Tap[]::new);
    panel = spec.panel();
    epilogue = new PlainEpilogue(spec.epilogue());
    // Of one tap only, the compiler would take their loop for none.
    rehearsed = spec.single() ? 1 : 2;
    List<Tap> taps =
        Stream.of(runs).flatMap(tap -> Collections.nCopies(rehearsed, tap).stream()).toList();
    int[] header = TileSpec.header(taps);
    offsets = Arrays.copyOf(header, header.length + taps.size() + 1);
  }

  @Override
  public void tile(
      float[] in,
      int[] inOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int pixel,
      boolean dry) {
    if (dry) {
      return;
    }
    int afterTaps = inOffsets[runs.length - 1];
    int residual = spec.epilogue().residual() ? inOffsets[afterTaps] : 0;
    for (int p = pixel; p < pixel + spec.pixels(); p++) {
      for (int j = 0; j < panel; j += GROUP) {
        int to = outOffset + p * spec.outStride() + j;
        int added = residual + p * spec.residualStride() + j;
        group(in, inOffsets, p, weights, weightsOffset + j, out, to, added);
      }
    }
  }

  /** Four channels of one pixel. */
  private void group(
      float[] in,
      int[] inOffsets,
      int pixel,
      float[] weights,
      int weight,
      float[] out,
      int to,
      int added) {
    boolean bias = spec.epilogue().bias();
    float a = bias ? weights[weight] : 0;
    float b = bias ? weights[weight + 1] : 0;
    float c = bias ? weights[weight + 2] : 0;
    float d = bias ? weights[weight + 3] : 0;
    int w = bias ? weight + panel : weight;
    int t = runs.length;
    for (int run = 0; run < runs.length; run++) {
      Tap tap = runs[run];
      int positions = tap.positions() * tap.positionStride();
      int first = tap.offset(pixel);
      for (; t < inOffsets[run]; t++) {
        int i = inOffsets[t] + first;
        int shift = 0;
        int end = w + tap.depth() * panel;
        for (; w < end; w += panel) {
          float x = in[i + shift];
          a = Math.fma(x, weights[w], a);
          b = Math.fma(x, weights[w + 1], b);
          c = Math.fma(x, weights[w + 2], c);
          d = Math.fma(x, weights[w + 3], d);
          shift += tap.positionStride();
          if (shift >= positions) {
            shift = 0;
            i++;
          }
        }
      }
    }
    out[to] = finish(a, weights, w, out, added);
    out[to + 1] = finish(b, weights, w + 1, out, added + 1);
    out[to + 2] = finish(c, weights, w + 2, out, added + 2);
    out[to + 3] = finish(d, weights, w + 3, out, added + 3);
  }

  private float finish(float sum, float[] weights, int scale, float[] residuals, int residual) {
    return epilogue.apply(sum, weights, scale, weights, scale + panel, residuals, residual);
  }

  @Override
  public TileKernel kernel() {
    return this;
  }

  @Override
  public TileKernel generate() {
    return TileKernel.of(spec);
  }

  @Override
  public long memory() {
    return read() + (spec.pixels() - 1L) * spec.outStride() + panel;
  }

  @Override
  public void rehearse(TileKernel kernel, float[] memory) {
    kernel.tile(memory, offsets, memory, 0, memory, (int) read(), 0, false);
  }

  @Override
  public void rehearseDry(TileKernel kernel, float[] memory) {
    kernel.tile(memory, offsets, memory, 0, memory, (int) read(), 0, true);
  }

  private long read() {
    long read = (spec.pixels() - 1L) * spec.residualStride() + panel;
    long rows = TileSpec.EPILOGUE_ROWS;
    for (Tap tap : runs) {
      rows += (long) rehearsed * tap.depth();
      long end =
          tap.offset(spec.pixels() - 1)
              + (long) tap.channels()
              + (long) tap.positions() * tap.positionStride();
      read = Math.max(read, end);
    }
    return Math.max(read, rows * panel);
  }
}
