package dev.vgnet.cpu.kernel;

/** Finishes sums that a convolution has stored, or any other values, channel by channel. */
public interface EpilogueKernel {
  /** The kernel with these parts. */
  static EpilogueKernel of(EpilogueSpec spec) {
    return KernelClasses.instance(spec, EpilogueKernel.class, EpilogueGenerator::generate);
  }

  /**
   * Computes a range of channels of consecutive pixels. Input and output may be the same.
   *
   * @param in the first channel of the first pixel
   * @param channels exactly those are written; rounded up to whole vectors it is a little faster
   * @param firstChannel the index of the first channel in the parameters
   * @param residual the first channel of the first pixel of what is added; unread if there is none
   */
  void run(
      float[] arena,
      int in,
      int inStride,
      int out,
      int outStride,
      int pixels,
      int channels,
      EpilogueParameters parameters,
      int firstChannel,
      int residual,
      int residualStride);
}
