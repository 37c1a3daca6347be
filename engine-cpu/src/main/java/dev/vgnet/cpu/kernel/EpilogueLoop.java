package dev.vgnet.cpu.kernel;

import dev.vgnet.graph.Operator.Function;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The loop of every {@link EpilogueKernel}. Each kernel is a hidden class made of this one's bytes,
 * with its {@link EpilogueSpec} as class data: so the spec is constant to the compiler, which drops
 * the parts that are absent, and no kernel suffers from the profile of another. This class itself
 * is never initialised.
 */
final class EpilogueLoop implements EpilogueKernel {
  private static final int LANES = Vectors.LANES;

  private static final EpilogueSpec SPEC = spec();
  private static final boolean BIAS = SPEC.bias();
  private static final boolean AFFINE = SPEC.affine();
  private static final boolean RESIDUAL = SPEC.residual();
  private static final Function ACTIVATION = SPEC.activation().orElse(null);
  private static final Function FINAL_ACTIVATION = SPEC.finalActivation().orElse(null);

  EpilogueLoop() {}

  private static EpilogueSpec spec() {
    try {
      return MethodHandles.classData(
          MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, EpilogueSpec.class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void run(
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
      int residualStride) {
    for (int c = 0; c < channels; c += LANES) {
      int parameter = firstChannel + c;
      FloatVector bias = BIAS ? load(parameters.bias(), parameter) : null;
      FloatVector scale = AFFINE ? load(parameters.scale(), parameter) : null;
      FloatVector shift = AFFINE ? load(parameters.shift(), parameter) : null;
      boolean whole = c + LANES <= channels;
      VectorMask<Float> inside = Vectors.SPECIES.indexInRange(c, channels);
      for (int p = 0; p < pixels; p++) {
        FloatVector x = load(arena, in + c + p * inStride);
        if (BIAS) {
          x = x.add(bias);
        }
        if (ACTIVATION != null) {
          x = Activations.apply(ACTIVATION, x);
        }
        if (AFFINE) {
          x = x.fma(scale, shift);
        }
        if (RESIDUAL) {
          x = x.add(load(arena, residual + c + p * residualStride));
        }
        if (FINAL_ACTIVATION != null) {
          x = Activations.apply(FINAL_ACTIVATION, x);
        }
        if (whole) {
          x.intoArray(arena, out + c + p * outStride);
        } else {
          x.intoArray(arena, out + c + p * outStride, inside);
        }
      }
    }
  }

  private static FloatVector load(float[] array, int index) {
    return FloatVector.fromArray(Vectors.SPECIES, array, index);
  }
}
