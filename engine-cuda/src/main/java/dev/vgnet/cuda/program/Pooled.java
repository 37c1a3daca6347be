package dev.vgnet.cuda.program;

import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Readers;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Steps that average what the step before them computes: squeeze-excite, or the network's head. The
 * kernel of that step can sum up what it stores, so that no other reads the map for that.
 *
 * @param followers a squeeze-excite, or a mean and the layer that alone reads it
 */
record Pooled(List<Step> followers) {
  /** The steps after that at some index of a plan, if they are such and it can sum up. */
  static Optional<Pooled> at(Plan plan, int index) {
    Step producer = plan.steps().get(index);
    return canSumUp(producer)
        ? followers(plan, index + 1, producer.output()).map(Pooled::new)
        : Optional.empty();
  }

  private static boolean canSumUp(Step step) {
    return switch (step) {
      case Step.Pointwise _ -> !Vectors.compute(step);
      case Step.Convolution _, Step.Depthwise _, Step.Elementwise _ -> true;
      default -> false;
    };
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

  /**
   * All ways to compute all as one.
   *
   * @param producing ways to compute the producer, which leave sums if they are wanted
   */
  List<Way> ways(List<Way> producing, DeviceWeights weights) {
    return producing.stream().flatMap(way -> ways(way, weights)).toList();
  }

  private Stream<Way> ways(Way producing, DeviceWeights weights) {
    if (followers.getFirst() instanceof Step.SqueezeExcite step) {
      return Excitation.forms(step, weights).stream()
          .map(
              form ->
                  with(
                      producing,
                      form.words,
                      target -> new Excitation(target).after(target.takeSums(), step, form)));
    }
    Step layer = followers.getLast();
    return Stream.of(
        with(producing, "vectors", target -> new Vectors(target).layer(layer, target.takeSums())));
  }

  private static Way with(Way producing, String name, Function<StepScope, String> following) {
    return new Way(
        producing.name() + ", " + name,
        target -> {
          target.wantSums();
          String words = producing.build().apply(target);
          return words + " with sums, " + following.apply(target);
        });
  }
}
