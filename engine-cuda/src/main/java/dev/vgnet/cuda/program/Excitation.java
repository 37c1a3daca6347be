package dev.vgnet.cuda.program;

import dev.vgnet.cuda.program.DeviceWeights.Key;
import dev.vgnet.cuda.program.DeviceWeights.Order;
import dev.vgnet.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Squeeze-excite, once there are sums of its input: what comes out says how, in words. */
final class Excitation {
  /** What a block keeps of the means and of the first layer's numbers, as the kernel names it. */
  private static final int MAX_CHANNELS = 2048;

  private static final int MAX_SQUEEZED = 512;

  /** How the first of the two layers is computed. */
  enum Form {
    /** By every block that scales a part of the map: no kernel more, but the same again in each. */
    ONE_KERNEL("layers and scale in one"),
    /** By a kernel of its own. */
    TWO_KERNELS("vectors, layer and scale");

    final String words;

    Form(String words) {
      this.words = words;
    }
  }

  private final StepScope scope;

  Excitation(StepScope scope) {
    this.scope = scope;
  }

  /** The forms that are possible. */
  static List<Form> forms(Step.SqueezeExcite step, DeviceWeights weights) {
    List<Form> forms = new ArrayList<>();
    if (step.input().channels() <= MAX_CHANNELS && squeezed(step, weights) <= MAX_SQUEEZED) {
      forms.add(Form.ONE_KERNEL);
    }
    forms.add(Form.TWO_KERNELS);
    return forms;
  }

  static int squeezed(Step.SqueezeExcite step, DeviceWeights weights) {
    return weights.shapes().get(step.reduceWeight()).extent(0);
  }

  /** With a kernel that sums the input up. */
  String alone(Step.SqueezeExcite step, Form form) {
    View input = scope.readable(step.input());
    Slices slices = Slices.of(input);
    SliceSums sums = scope.newSums(input, slices.perImage());
    scope.launches.slices(
        "mapSums",
        input,
        slices,
        new Parameters().view(input).slices(slices, input).longs(sums.address()));
    return "sums, " + excite(step, form, input, sums);
  }

  /** With sums that the kernel before it has left. */
  String after(SliceSums sums, Step.SqueezeExcite step, Form form) {
    return excite(step, form, scope.readable(step.input()), sums);
  }

  private String excite(Step.SqueezeExcite step, Form form, View input, SliceSums sums) {
    Optional<View> squeezed =
        form == Form.TWO_KERNELS ? Optional.of(squeeze(step, sums)) : Optional.empty();
    Slices slices = Slices.of(input);
    Vectors vectors = new Vectors(scope);
    scope.launches.slices(
        "exciteMap",
        input,
        slices,
        new Parameters()
            .view(input)
            .view(squeezed)
            .sums(Optional.of(sums))
            .longs(vectors.matrix(step.name(), step.reduceWeight()))
            .longs(vectors.bias(step.name(), step.reduceBias()))
            .longs(expandWeight(step))
            .longs(vectors.bias(step.name(), step.expandBias()))
            .target(scope.output(step))
            .slices(slices, input)
            .integers(
                squeezed(step, scope.weights),
                DeviceEpilogue.code(step.inner()),
                DeviceEpilogue.code(step.gate()),
                0));
    return form.words;
  }

  private View squeeze(Step.SqueezeExcite step, SliceSums sums) {
    View squeezed =
        scope.workspace.vector(scope.output(step).images(), squeezed(step, scope.weights));
    new Vectors(scope)
        .layer(step.name(), sums, step.reduceWeight(), step.reduceBias(), step.inner(), squeezed);
    return squeezed;
  }

  /** From {@code [channels][squeezed]} to {@code [squeezed][channels]}. */
  private long expandWeight(Step.SqueezeExcite step) {
    int channels = step.input().channels();
    return scope.weights.prepare(
        new Key(step.name(), Order.TRANSPOSED, step.expandWeight()),
        () -> {
          double[] values = scope.weights.values(step.expandWeight());
          int squeezed = values.length / channels;
          float[] transposed = new float[values.length];
          for (int i = 0; i < values.length; i++) {
            transposed[i] = (float) values[i % channels * squeezed + i / channels];
          }
          return transposed;
        });
  }
}
