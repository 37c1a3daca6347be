package dev.vgnet.cuda.program;

import dev.vgnet.plan.JoinedSteps;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Readers;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A depthwise convolution and the pointwise one right after it, which alone reads it: one kernel
 * can compute both, so that what lies between them is never stored.
 */
record Separable(Step.Depthwise depthwise, Step.Pointwise pointwise) {
  /**
   * Each block of 64 output channels computes the depthwise convolution anew; where more than four
   * would, or the kernel is larger than 3x3, it is not even tried.
   */
  private static final int MAX_CHANNELS = 256;

  private static final int MAX_KERNEL = 3;

  /**
   * The steps at some index of a plan and after it, if they are such a pair and it may pay to join
   * them; whether it does is measured.
   */
  static Optional<Separable> at(Plan plan, int index) {
    if (index + 1 < plan.steps().size()
        && plan.steps().get(index) instanceof Step.Depthwise depthwise
        && plan.steps().get(index + 1) instanceof Step.Pointwise pointwise) {
      return Optional.of(new Separable(depthwise, pointwise))
          .filter(pair -> pair.mayPay() && pair.isAlone(plan));
    }
    return Optional.empty();
  }

  private boolean mayPay() {
    return depthwise.kernel() <= MAX_KERNEL
        && pointwise.output().channels() <= MAX_CHANNELS
        && pointwise.prologue().isNone();
  }

  /** Whether the kernel can read its input in place, and nothing else reads what lies between. */
  private boolean isAlone(Plan plan) {
    List<Segment> between = sorted().value().segments().stream().filter(this::isBetween).toList();
    return Readers.isOnlyInput(plan, depthwise.output(), pointwise)
        && between.size() == 1
        && between.getFirst().channels() == depthwise.output().channels()
        && input().size() <= Parameters.MAX_PARTS;
  }

  /** The input of the pointwise convolution, in the order in which its channels are summed up. */
  SortedValue sorted() {
    return SortedValue.of(pointwise.input());
  }

  /** The same, with the input of the depthwise convolution in the place of its output. */
  List<Segment> input() {
    return sorted().value().segments().stream()
        .flatMap(s -> isBetween(s) ? depthwise.input().segments().stream() : Stream.of(s))
        .toList();
  }

  /** The index in {@link #input} of the first segment that is convolved; all of it follow. */
  int firstPart() {
    return sorted().value().segments().stream().map(this::isBetween).toList().indexOf(true);
  }

  /** The channels before that. */
  int firstChannel() {
    return sorted().value().segments().stream()
        .limit(firstPart())
        .mapToInt(Segment::channels)
        .sum();
  }

  private boolean isBetween(Segment segment) {
    return segment.buffer().equals(depthwise.output());
  }

  /** A plan in which what such pairs read is kept until both are done, joined or not. */
  static Plan keepingInputs(Plan plan) {
    return JoinedSteps.keepingInputs(
        plan,
        IntStream.range(0, plan.steps().size())
            .mapToObj(i -> at(plan, i))
            .flatMap(Optional::stream)
            .map(pair -> new JoinedSteps(List.of(pair.depthwise, pair.pointwise)))
            .toList());
  }
}
