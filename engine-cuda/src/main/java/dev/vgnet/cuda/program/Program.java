package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Launch;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.List;

/**
 * What is done for a batch of images of one size. Immutable.
 *
 * @param input {@code [N, C, H, W]}
 * @param images the address of the images on the device
 * @param outputs of the batch, in the graph's order
 * @param steps in order; the input and the outputs are steps, too
 * @param bytes of the arena
 * @param activationBytes of the feature maps of the batch
 * @param liveBytes of the feature maps alive at the same time
 */
record Program(
    Shape input,
    long images,
    List<Output> outputs,
    List<ProgramStep> steps,
    long bytes,
    long activationBytes,
    long liveBytes) {

  /**
   * Where an output lies on the device, in the caller's layout.
   *
   * @param numbers of the batch
   */
  record Output(long address, long numbers) {}

  /** The launches of a step. */
  record ProgramStep(StepReport report, List<Launch> launches) {
    ProgramStep {
      launches = List.copyOf(launches);
    }
  }

  Program {
    outputs = List.copyOf(outputs);
    steps = List.copyOf(steps);
  }

  /** All launches in order. */
  List<Launch> launches() {
    return steps.stream().flatMap(step -> step.launches().stream()).toList();
  }

  /** The numbers of all outputs together. */
  long outputNumbers() {
    return outputs.stream().mapToLong(Output::numbers).sum();
  }
}
