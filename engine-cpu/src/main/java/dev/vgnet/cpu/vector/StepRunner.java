package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One step of a network over and over, as a session runs it for a single image: for benchmarks, not
 * part of the engine's interface. For one thread.
 */
public final class StepRunner implements AutoCloseable {
  private final Program program;
  private final Team team;
  private final Execution execution;
  private final Job job;
  private final StepReport report;

  /**
   * Runs the whole network once, so that the step finds feature maps to read.
   *
   * @param tensors every tensor the graph names
   * @param input {@code [1, C, H, W]}
   * @param image as many numbers
   * @param step the graph node whose value it computes, as {@link StepReport#name} has it
   * @throws IllegalArgumentException if there is no such step
   */
  public StepRunner(
      Graph graph,
      Map<String, Tensor> tensors,
      int threads,
      Shape input,
      float[] image,
      String step) {
    program =
        ProgramBuilder.build(
            graph, new Weights(tensors), threads, input.extent(2), input.extent(3));
    List<StepReport> reports = program.reports();
    int index =
        IntStream.range(0, reports.size())
            .filter(i -> reports.get(i).name().equals(step))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no step %s; there are %s"
                            .formatted(step, reports.stream().map(StepReport::name).toList())));
    report = reports.get(index);
    execution = new Execution(threads);
    execution.begin(program, 1, image.length, image, program.newOutputs(1));
    program.rehearsal().complete();
    team = new Team(threads, Optional.empty()); // last, as it starts threads
    try {
      team.run(execution.part(0, program.stages()));
    } catch (Throwable e) {
      close();
      throw e;
    }
    job = execution.part(0, program.stages(index));
  }

  /** What is run. */
  public StepReport report() {
    return report;
  }

  /** Computes the step once; allocates nothing. */
  public void run() {
    team.run(job);
  }

  @Override
  public void close() {
    team.close();
    execution.release();
    execution.close();
  }
}
