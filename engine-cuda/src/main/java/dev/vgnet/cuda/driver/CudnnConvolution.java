package dev.vgnet.cuda.driver;

/**
 * A convolution by cuDNN.
 *
 * @param input an address, as the next three; those of maps are of their first channel
 * @param weight in the algorithm's layout, of the device's type of number
 * @param workspace of {@link CudnnAlgorithm#workspaceBytes}; anything if it needs none
 * @param accumulate whether to add to the output instead of replacing it
 */
public record CudnnConvolution(
    CudnnShape shape,
    CudnnAlgorithm algorithm,
    long input,
    long weight,
    long output,
    long workspace,
    boolean accumulate)
    implements Work {
  @Override
  public String name() {
    return "cudnnConvolution";
  }
}
