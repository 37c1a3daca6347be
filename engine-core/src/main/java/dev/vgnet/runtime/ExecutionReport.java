package dev.vgnet.runtime;

import dev.vgnet.tensor.Shape;
import java.util.List;

/**
 * How a backend runs a graph.
 *
 * @param steps in order
 * @param activationBytes the memory planned for the feature maps of one image
 * @param liveBytes the most that feature maps alive at the same time need: no plan can do with less
 * @param weightBytes the prepared weights
 */
public record ExecutionReport(
    List<StepReport> steps, long activationBytes, long liveBytes, long weightBytes) {
  public ExecutionReport {
    steps = List.copyOf(steps);
  }

  /**
   * One step.
   *
   * @param name the graph node whose value it computes
   * @param kind such as {@code "pointwise"}
   * @param inputs the steps before it whose values it reads, by name; the graph's input goes by its
   *     own name, and a name that two steps have is the later one's
   * @param kernel the kernel chosen for it, in the backend's own words
   * @param output of one image
   * @param multiplyAccumulates of one image
   * @param bytes that it has to read and write for one image, each once: feature maps and weights,
   *     in the backend's type of number
   */
  public record StepReport(
      String name,
      String kind,
      List<String> inputs,
      String kernel,
      Shape output,
      long multiplyAccumulates,
      long bytes) {
    public StepReport {
      inputs = List.copyOf(inputs);
    }
  }
}
