package dev.vgnet.cpu.kernel;

/** Writes what an {@link EpilogueSpec} does to a vector after the bias. */
final class EpilogueCode {
  private final KernelCode kernel;
  private final EpilogueSpec spec;
  private final int residuals;
  private final int firstScratch;

  /**
   * @param residuals the array of what is added
   * @param firstScratch a free local, as are all after it
   */
  EpilogueCode(KernelCode kernel, EpilogueSpec spec, int residuals, int firstScratch) {
    this.kernel = kernel;
    this.spec = spec;
    this.residuals = residuals;
    this.firstScratch = firstScratch;
  }

  /**
   * Finishes the vector in local {@code x}.
   *
   * @param scale and {@code shift}: vectors of the affine function, if there is one
   * @param residual where the vector to add lies, if there is one
   */
  void apply(int x, int scale, int shift, Index residual) {
    ActivationCode activation = new ActivationCode(kernel, x, firstScratch);
    spec.activation().ifPresent(activation::apply);
    if (spec.affine()) {
      kernel.get(x).get(scale).get(shift).multiplyAdd().set(x);
    }
    if (spec.residual()) {
      kernel.get(x).load(residuals, residual).add().set(x);
    }
    spec.finalActivation().ifPresent(activation::apply);
  }
}
