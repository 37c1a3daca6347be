package dev.vgnet.plan;

import java.util.List;

/**
 * How to compute a graph for images of one size: fused steps in order, the same for every device
 * and every batch (buffers are counted for one image). Made by {@link Planner}.
 *
 * @param input the image, {@code buffers().get(0)}, which is handed in from outside
 * @param buffers all buffers, each at the index that is its id
 * @param steps in the order in which they run
 * @param outputs the values a run returns, in the order of the graph's outputs
 */
public record Plan(Buffer input, List<Buffer> buffers, List<Step> steps, List<Value> outputs) {
  public Plan {
    buffers = List.copyOf(buffers);
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }
}
