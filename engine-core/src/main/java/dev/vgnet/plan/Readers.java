package dev.vgnet.plan;

import java.util.stream.Stream;

/** Who reads the buffers of a plan. */
public final class Readers {
  private Readers() {}

  /** Whether a buffer is read as the input of one step only: by no other, nor as its residual. */
  public static boolean isOnlyInput(Plan plan, Buffer buffer, Step reader) {
    Stream<Value> others =
        plan.steps().stream()
            .flatMap(
                step -> step == reader ? step.inputs().stream().skip(1) : step.inputs().stream());
    return Stream.concat(plan.outputs().stream(), others)
        .flatMap(value -> value.segments().stream())
        .noneMatch(segment -> segment.buffer().equals(buffer));
  }
}
