package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.vector.compiler.Placement;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One step of a network over and over, as a session runs it for a single image: for benchmarks, not
 * part of the engine's interface. For one thread.
 */
public final class StepRunner implements AutoCloseable {
  /**
   * After so many runs a step that computes in place finds its input again. A squeeze-excite
   * multiplies its own product by its factors, mostly about a half: some hundred runs later there
   * would be denormal numbers and zeros, which take another time than those of a network. Until
   * then all numbers are normal, and a copy in so many runs adds a few hundredths to them at most.
   */
  static final int RUNS = 32;

  private final Program program;
  private final Team team;
  private final Execution execution;
  private final Job job;
  private final StepReport report;

  /** What the step overwrites of its input, and where it starts; nothing if it leaves it alone. */
  private final float[] overwritten;

  private final int start;
  private int runs;

  /**
   * Runs the network up to the step, so that it finds its feature maps.
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
      List<StepPass> before =
          program.passes().stream().takeWhile(pass -> pass.step() != report).toList();
      team.run(execution.part(0, Stage.of(before, threads)));
      job = execution.part(0, program.stages(index));
      float[] maps = featureMaps();
      team.run(job);
      float[] once = featureMaps();
      team.run(job);
      boolean inPlace = !Arrays.equals(once, featureMaps());
      int from = inPlace ? Arrays.mismatch(maps, once) : 0;
      int to = inPlace ? endOfMismatch(maps, once) : 0;
      overwritten = Arrays.copyOfRange(maps, from, to);
      start = program.placement().zeros() + from;
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private static int endOfMismatch(float[] some, float[] others) {
    int end = some.length;
    while (Float.compare(some[end - 1], others[end - 1]) == 0) {
      end--;
    }
    return end;
  }

  /** What the arena holds. */
  float[] featureMaps() {
    Placement placement = program.placement();
    return Arrays.copyOfRange(execution.sharedArena(), placement.zeros(), placement.end());
  }

  /** What is run. */
  public StepReport report() {
    return report;
  }

  /** Computes the step once; allocates nothing. */
  public void run() {
    if (runs++ % RUNS == 0) {
      System.arraycopy(overwritten, 0, execution.sharedArena(), start, overwritten.length);
    }
    team.run(job);
  }

  @Override
  public void close() {
    team.close();
    execution.release();
    execution.close();
  }
}
