package dev.vgnet.cpu.kernel;

import dev.vgnet.cpu.kernel.TileSpec.Tap;

/** The {@link Twin} of a generated tile: the same sums in the same order, four at a time. */
final class PlainTile implements TileKernel, Twin<TileKernel> {
  /** Divides the length of every vector. */
  private static final int GROUP = 4;

  private final TileSpec spec;
  private final PlainEpilogue epilogue;
  private final Tap[] taps;
  private final int panel;
  private final int biasRows;
  private final int[] offsets;

  PlainTile(TileSpec spec) {
    this.spec = spec;
    epilogue = new PlainEpilogue(spec.epilogue());
    taps = spec.taps().toArray(Tap[]::new);
    panel = spec.panel();
    biasRows = spec.epilogue().bias() ? 1 : 0;
    offsets = new int[taps.length];
  }

  @Override
  public void run(
      float[] in,
      int[] inOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int pixels,
      int residual,
      boolean dry) {
    TileKernel.lastTile(pixels, spec.pixels());
    for (int p = 0; p < pixels; p++) {
      int to = outOffset + p * spec.outStride();
      int added = residual + p * spec.residualStride();
      for (int j = 0; j < panel; j += GROUP) {
        group(in, inOffsets, p, weights, weightsOffset + j, out, to + j, added + j, dry);
      }
    }
  }

  /** Four channels of one pixel. */
  private void group(
      float[] in,
      int[] inOffsets,
      int pixel,
      float[] weights,
      int bias,
      float[] out,
      int to,
      int residual,
      boolean dry) {
    boolean biased = biasRows > 0;
    float a = biased ? weights[bias] : 0;
    float b = biased ? weights[bias + 1] : 0;
    float c = biased ? weights[bias + 2] : 0;
    float d = biased ? weights[bias + 3] : 0;
    int w = bias + biasRows * panel;
    for (int t = 0; t < taps.length && !dry; t++) {
      int step = taps[t].channelStride();
      int i = inOffsets[t] + pixel * taps[t].pixelStride();
      int end = w + taps[t].channels() * panel;
      for (; w < end; w += panel, i += step) {
        float x = in[i];
        a = Math.fma(x, weights[w], a);
        b = Math.fma(x, weights[w + 1], b);
        c = Math.fma(x, weights[w + 2], c);
        d = Math.fma(x, weights[w + 3], d);
      }
    }
    out[to] = epilogue.apply(a, weights, w, panel, out, residual);
    out[to + 1] = epilogue.apply(b, weights, w + 1, panel, out, residual + 1);
    out[to + 2] = epilogue.apply(c, weights, w + 2, panel, out, residual + 2);
    out[to + 3] = epilogue.apply(d, weights, w + 3, panel, out, residual + 3);
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
    return read() + (long) pixels() * spec.outStride() + panel;
  }

  @Override
  public void rehearse(TileKernel kernel, float[] memory, boolean dry) {
    kernel.run(memory, offsets, memory, 0, memory, (int) read(), pixels(), 0, dry);
  }

  /** Two tiles: one in the loop, and the last one. */
  private int pixels() {
    return 2 * spec.pixels();
  }

  private long read() {
    long read = Math.max(spec.weights(), (long) pixels() * spec.residualStride() + panel);
    for (Tap tap : taps) {
      long end = (long) pixels() * tap.pixelStride() + (long) tap.channels() * tap.channelStride();
      read = Math.max(read, end);
    }
    return read;
  }
}
