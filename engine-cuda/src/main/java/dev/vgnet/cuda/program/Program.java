package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Work;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * What is done for a batch of images of one size. Immutable.
 *
 * @param input {@code [N, C, H, W]}
 * @param images where the images of the host are copied to
 * @param imported their feature map; nothing if no step reads it
 * @param outputs of the batch, in the graph's order
 * @param steps in order; the input and the outputs are steps, too
 * @param bytes of the arena
 * @param activationBytes of the feature maps of the batch
 * @param liveBytes of the feature maps alive at the same time
 */
record Program(
    Shape input,
    long images,
    Optional<View> imported,
    List<Output> outputs,
    List<ProgramStep> steps,
    long bytes,
    long activationBytes,
    long liveBytes) {

  /**
   * Where an output lies on the device, in the caller's layout.
   *
   * @param numbers of the batch
   * @param map its feature map
   */
  record Output(long address, long numbers, View map) {}

  /** What is done for a step. */
  record ProgramStep(StepReport report, List<Work> work) {
    ProgramStep {
      work = List.copyOf(work);
    }
  }

  Program {
    outputs = List.copyOf(outputs);
    steps = List.copyOf(steps);
  }

  /** All work in order but that of the input and of the outputs. */
  List<Work> computing() {
    return steps.subList(1, steps.size() - outputs.size()).stream()
        .flatMap(step -> step.work().stream())
        .toList();
  }

  /** Reading the images from where the host's are copied to. */
  List<Work> importing() {
    return steps.getFirst().work();
  }

  /** Writing an output to where the host copies it from. */
  List<Work> exporting(int output) {
    return steps.get(steps.size() - outputs.size() + output).work();
  }

  /** The numbers of all outputs together. */
  long outputNumbers() {
    long numbers = 0;
    for (int i = 0; i < outputs.size(); i++) {
      numbers += outputs.get(i).numbers();
    }
    return numbers;
  }
}
