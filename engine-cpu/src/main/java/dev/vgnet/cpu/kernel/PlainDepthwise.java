package dev.vgnet.cpu.kernel;

/** The {@link Twin} of a generated depthwise convolution: the same sums in the same order. */
final class PlainDepthwise implements DepthwiseKernel, Twin<DepthwiseKernel> {
  /** Of a rehearsal: one that meets either border, and one between. */
  private static final int STRIPS = 3;

  private final DepthwiseSpec spec;
  private final PlainEpilogue epilogue;
  private final int[] offsets;

  PlainDepthwise(DepthwiseSpec spec) {
    this.spec = spec;
    epilogue = new PlainEpilogue(spec.epilogue());
    offsets = new int[spec.kernel()];
  }

  @Override
  public void row(
      int inWidth,
      int outWidth,
      int channels,
      float[] in,
      int[] rowOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int residual) {
    if (inWidth == 0) {
      return;
    }
    for (int x = 0; x < outWidth; x++) {
      int column = x * spec.stride() - spec.padding();
      int from = Math.max(0, -column);
      int to = Math.min(spec.kernel(), inWidth - column);
      int pixel = outOffset + x * spec.outStride();
      int added = residual + x * spec.residualStride();
      for (int c = 0; c < channels; c++) {
        int first = column * spec.inStride() + c;
        int weight = weightsOffset + c / Vectors.LANES * spec.block() + c % Vectors.LANES;
        int bias = weight + spec.positions() * Vectors.LANES;
        float start = spec.epilogue().bias() ? weights[bias] : 0;
        float sum = sum(start, in, rowOffsets, first, from, to, weights, weight);
        int scale = spec.epilogue().bias() ? bias + Vectors.LANES : bias;
        out[pixel + c] =
            epilogue.apply(sum, weights, scale, weights, scale + Vectors.LANES, out, added + c);
      }
    }
  }

  /** The columns {@code from} to {@code to} of a window, of one channel. */
  private float sum(
      float start,
      float[] in,
      int[] rowOffsets,
      int first,
      int from,
      int to,
      float[] weights,
      int weight) {
    int step = spec.inStride();
    float sum = start;
    for (int ky = 0; ky < spec.kernel(); ky++) {
      int row = rowOffsets[ky] + first;
      int w = weight + ky * spec.kernel() * Vectors.LANES;
      for (int kx = from; kx < to; kx++) {
        sum = Math.fma(in[row + kx * step], weights[w + kx * Vectors.LANES], sum);
      }
    }
    return sum;
  }

  @Override
  public DepthwiseKernel kernel() {
    return this;
  }

  @Override
  public DepthwiseKernel generate() {
    return DepthwiseKernel.of(spec);
  }

  @Override
  public long memory() {
    return read() + (long) outWidth() * spec.outStride() + channels() + Vectors.LANES;
  }

  @Override
  public void rehearse(DepthwiseKernel kernel, float[] memory) {
    row(kernel, memory, inWidth());
  }

  @Override
  public void rehearseDry(DepthwiseKernel kernel, float[] memory) {
    row(kernel, memory, 0);
  }

  private void row(DepthwiseKernel kernel, float[] memory, int inWidth) {
    int out = (int) read();
    kernel.row(inWidth, outWidth(), channels(), memory, offsets, memory, 0, memory, out, 0);
  }

  /** What is not rehearsed would be compiled again: a partial kernel meets whole vectors, too. */
  private int channels() {
    return spec.partial() ? 2 * Vectors.LANES - 1 : Vectors.LANES;
  }

  private int outWidth() {
    return STRIPS * spec.pixels();
  }

  private int inWidth() {
    return (outWidth() - 1) * spec.stride() + spec.kernel() - 2 * spec.padding();
  }

  private long read() {
    long input = (long) inWidth() * spec.inStride();
    long residual = (long) outWidth() * spec.residualStride();
    return Math.max(2 * spec.block(), Math.max(input, residual) + channels() + Vectors.LANES);
  }
}
