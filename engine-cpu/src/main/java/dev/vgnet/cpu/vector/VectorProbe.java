package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.Vectors;

/** Loaded only where the Vector API is. */
final class VectorProbe {
  private VectorProbe() {}

  /** The vectors' width; fails where kernels cannot be made at run time. */
  static String describe() {
    EpilogueKernel.of(EpilogueSpec.COPY);
    return Vectors.SPECIES.vectorBitSize() + "-bit vectors, " + Vectors.LANES + " float lanes";
  }
}
