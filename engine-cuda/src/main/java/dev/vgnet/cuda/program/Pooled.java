package dev.vgnet.cuda.program;

import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution and the steps after it that average what it computes: squeeze-excite, or the
 * network's head. Its kernel can sum up what it stores, so that no other reads the map for that.
 *
 * @param followers a squeeze-excite, or a mean and the layer that alone reads it
 */
record Pooled(Step producer, List<Step> followers) {
  /** The step at some index of a plan and those after it, if they are such steps. */
  static Optional<Pooled> at(Plan plan, int index) {
    Step producer = plan.steps().get(index);
    return canSumUp(producer)
        ? followers(plan, index + 1, producer.output())
            .map(followers -> new Pooled(producer, followers))
        : Optional.empty();
  }

  private static boolean canSumUp(Step step) {
    return step instanceof Step.Pointwise
        || step instanceof Step.Convolution
        || step instanceof Step.Depthwise;
  }

  private static Optional<List<Step>> followers(Plan plan, int index, Buffer map) {
    List<Step> next = plan.steps().stream().skip(index).limit(2).toList();
    if (next.isEmpty() || !next.getFirst().inputs().getFirst().equals(Value.of(map))) {
      return Optional.empty();
    }
    if (next.getFirst() instanceof Step.SqueezeExcite) {
      return Optional.of(List.of(next.getFirst()));
    }
    boolean isHead =
        next.getFirst() instanceof Step.GlobalAveragePool mean
            && next.size() == 2
            && Vectors.compute(next.getLast())
            && next.getLast().inputs().getFirst().equals(Value.of(mean.output()))
            && Readers.isOnlyInput(plan, mean.output(), next.getLast());
    return isHead ? Optional.of(next) : Optional.empty();
  }

  /** What is never stored if all is computed as one. */
  List<Buffer> neverStored() {
    return followers.subList(0, followers.size() - 1).stream().map(Step::output).toList();
  }

  /** All ways to compute all as one. */
  List<Way> ways(Optional<Separable> joined, DeviceWeights weights) {
    List<Way> ways = new ArrayList<>();
    if (followers.getFirst() instanceof Step.SqueezeExcite step) {
      for (Excitation.Form form : Excitation.forms(step, weights)) {
        ways.add(
            new Way(
                "pooled, " + form.words,
                target -> {
                  String first = summedUp(joined, target);
                  return first + new Excitation(target).after(target.takeSums(), step, form);
                }));
      }
    } else {
      ways.add(
          new Way(
              "pooled",
              target -> {
                String first = summedUp(joined, target);
                return first + new Vectors(target).layer(followers.getLast(), target.takeSums());
              }));
    }
    return ways;
  }

  private String summedUp(Optional<Separable> joined, StepScope target) {
    target.wantSums();
    String words =
        joined.isPresent()
            ? new Products(target).separable(joined.get())
            : OwnKernels.build(producer, target);
    return words + " with sums, ";
  }
}
