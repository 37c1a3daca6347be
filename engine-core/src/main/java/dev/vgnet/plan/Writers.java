package dev.vgnet.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which steps wrote what the next step reads: the edges of a plan, made on the way through its
 * steps. A buffer has more than one writer where a squeeze-excite works in place. For one thread.
 */
public final class Writers {
  private final Map<Buffer, String> last = new HashMap<>();

  /**
   * Before the first step.
   *
   * @param input of the plan
   * @param name of the graph's input
   */
  public Writers(Buffer input, String name) {
    last.put(input, name);
  }

  /** The names of the steps that wrote these values, each once; the input goes by its own name. */
  public List<String> of(List<Value> values) {
    return values.stream()
        .flatMap(value -> value.segments().stream())
        .map(segment -> last.get(segment.buffer()))
        .distinct()
        .toList();
  }

  /** Goes on to the step after this one. */
  public void add(Step step) {
    last.put(step.output(), step.name());
  }
}
