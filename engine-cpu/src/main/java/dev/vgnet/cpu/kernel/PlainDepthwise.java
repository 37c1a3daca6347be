package dev.vgnet.cpu.kernel;

/** The {@link Twin} of a generated depthwise convolution: the same sums in the same order. */
final class PlainDepthwise implements DepthwiseKernel, Twin<DepthwiseKernel> {
  private final DepthwiseSpec spec;
  private final PlainEpilogue epilogue;
  private final int bias;
  private final int scale;
  private final int[] offsets;

  PlainDepthwise(DepthwiseSpec spec) {
    this.spec = spec;
    epilogue = new PlainEpilogue(spec.epilogue());
    bias = spec.positions() * spec.weightStride();
    scale = bias + (spec.epilogue().bias() ? spec.weightStride() : 0);
    offsets = new int[spec.kernel()];
  }

  @Override
  public void row(
      float[] in,
      int[] rowOffsets,
      float[] weights,
      int weightsOffset,
      float[] out,
      int outOffset,
      int residual) {
    for (int x = 0; x < spec.outWidth(); x++) {
      int column = x * spec.stride() - spec.padding();
      int from = Math.max(0, -column);
      int to = Math.min(spec.kernel(), spec.inWidth() - column);
      int pixel = outOffset + x * spec.outStride();
      int added = residual + x * spec.residualStride();
      for (int c = 0; c < spec.channels(); c++) {
        int first = column * spec.inStride() + c;
        float sum = sum(in, rowOffsets, first, from, to, weights, weightsOffset + c);
        out[pixel + c] =
            epilogue.apply(
                sum, weights, weightsOffset + scale + c, spec.weightStride(), out, added + c);
      }
    }
  }

  /** The columns {@code from} to {@code to} of a window, of one channel. */
  private float sum(
      float[] in, int[] rowOffsets, int first, int from, int to, float[] weights, int weight) {
    int step = spec.inStride();
    int stride = spec.weightStride();
    float sum = spec.epilogue().bias() ? weights[weight + bias] : 0;
    for (int ky = 0; ky < spec.kernel(); ky++) {
      int row = rowOffsets[ky] + first;
      int w = weight + ky * spec.kernel() * stride;
      for (int kx = from; kx < to; kx++) {
        sum = Math.fma(in[row + kx * step], weights[w + kx * stride], sum);
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
    return read() + (long) spec.outWidth() * spec.outStride() + Vectors.LANES;
  }

  @Override
  public void rehearse(DepthwiseKernel kernel, float[] memory, boolean dry) {
    kernel.row(memory, offsets, memory, 0, memory, (int) read(), 0);
  }

  private long read() {
    long weights = (spec.positions() + 3L) * spec.weightStride();
    long input = (long) spec.inWidth() * spec.inStride();
    long residual = (long) spec.outWidth() * spec.residualStride();
    return Math.max(weights, Math.max(input, residual)) + Vectors.padded(spec.channels());
  }
}
