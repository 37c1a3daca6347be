package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Operator.Function;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EpilogueKernelTest {
  private static final float[] ABSENT = new float[0];

  private final Samples samples = new Samples("EpilogueKernelTest");

  @Test
  void everyCombinationOfParts() {
    List<Optional<Function>> activations =
        List.of(Optional.empty(), Optional.of(Function.RELU), Optional.of(Function.SILU));
    for (int parts = 0; parts < 8; parts++) {
      for (Optional<Function> activation : activations) {
        for (Optional<Function> last : activations) {
          EpilogueSpec spec =
              new EpilogueSpec(
                  (parts & 1) != 0, activation, (parts & 2) != 0, (parts & 4) != 0, last);
          check(spec, samples.oneOf(1, 3, 7, 13, 28, 56, 100, 184, 207), false);
          check(spec, samples.oneOf(1, 3, 7, 13, 28, 56, 100, 184, 207), true);
        }
      }
    }
  }

  /** Finishes a range of channels, in place or not, and compares with doubles. */
  private void check(EpilogueSpec spec, int channels, boolean inPlace) {
    int pixels = samples.oneOf(1, 2, 7, 14, 49);
    int firstChannel = samples.oneOf(0, 5, 28);
    int total = firstChannel + channels;
    int stride = total + 3;
    int residualStride = total + 1;
    int slack = Vectors.LANES;
    int in = firstChannel;
    int residual = firstChannel + pixels * stride + slack;
    int separate = residual + pixels * residualStride + slack;
    int out = inPlace ? in : separate;
    float[] arena = samples.floats(separate + pixels * stride + slack);
    float[] before = arena.clone();
    float[] bias = spec.bias() ? samples.floats(total) : ABSENT;
    float[] scale = spec.affine() ? samples.floats(total) : ABSENT;
    float[] shift = spec.affine() ? samples.floats(total) : ABSENT;

    EpilogueKernel.of(spec)
        .run(
            arena,
            in,
            stride,
            out,
            stride,
            pixels,
            channels,
            new EpilogueParameters(bias, scale, shift),
            firstChannel,
            residual,
            residualStride);

    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < channels; c++) {
        int channel = firstChannel + c;
        double y = before[in + p * stride + c];
        double magnitude = Math.abs(y);
        if (spec.bias()) {
          y += bias[channel];
          magnitude += Math.abs(bias[channel]);
        }
        y = spec.activation().orElse(null) instanceof Function f ? f.apply(y) : y;
        if (spec.affine()) {
          y = y * scale[channel] + shift[channel];
          magnitude += Math.abs(shift[channel]);
        }
        if (spec.residual()) {
          float added = before[residual + p * residualStride + c];
          y += added;
          magnitude += Math.abs(added);
        }
        y = spec.finalActivation().orElse(null) instanceof Function f ? f.apply(y) : y;
        // Three roundings, and twice the error of an activation; none of the parts stretches
        // errors by more than 1.1, the greatest slope of SiLU.
        double tolerance = 1.21 * (Samples.tolerance(3, magnitude) + 4e-7 * magnitude);
        assertEquals(y, arena[out + p * stride + c], tolerance, spec::toString);
      }
      for (int c = channels; c < stride; c++) {
        int index = out + p * stride + c;
        assertEquals(before[index], arena[index], "written beyond the channels");
      }
    }
  }
}
