package dev.vgnet.cuda.driver;

/**
 * Maxima or means of windows by cuDNN. Padding counts as nothing in a maximum; a mean has none.
 *
 * @param from the address of the input
 * @param to the address of the output
 */
public record CudnnPool(
    CudnnMap input,
    CudnnMap output,
    boolean maximum,
    int kernel,
    int stride,
    int padding,
    long from,
    long to)
    implements Work {
  @Override
  public String name() {
    return "cudnnPool";
  }

  /** All of it but where its numbers lie. */
  CudnnPool atNoPlace() {
    return new CudnnPool(input, output, maximum, kernel, stride, padding, 0, 0);
  }
}
