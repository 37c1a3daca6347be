package dev.vgnet.cpu.vector;

import dev.vgnet.graph.Operator.BatchNorm;

/** {@code scale * x + shift} per channel, in double precision. */
record Affine(double[] scale, double[] shift) {
  static Affine of(BatchNorm norm, Weights weights) {
    double[] scale = weights.values(norm.weight());
    double[] shift = weights.values(norm.bias());
    double[] mean = weights.values(norm.mean());
    double[] variance = weights.values(norm.variance());
    for (int c = 0; c < scale.length; c++) {
      scale[c] /= Math.sqrt(variance[c] + norm.epsilon());
      shift[c] -= mean[c] * scale[c];
    }
    return new Affine(scale, shift);
  }
}
