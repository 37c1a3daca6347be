package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.graph.Graph;
import dev.vgnet.runtime.CompileOptions;
import dev.vgnet.runtime.CompiledModel;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.lang.ref.Cleaner.Cleanable;
import java.util.Arrays;
import java.util.Map;

/**
 * A graph ready for the CPU: its packed weights, its workers, and a program for each image size.
 */
final class VectorModel implements CompiledModel {
  /** The image sizes whose programs are kept. */
  private static final int MAX_PROGRAMS = 8;

  private final Graph graph;
  private final Weights weights;
  private final Team team;
  private final Execution execution;

  /** Ends the team, at the latest when the model has been collected as garbage. */
  private final Cleanable end;

  /** The most recently used first; null where there is none yet. */
  private final Program[] programs = new Program[MAX_PROGRAMS];

  VectorModel(Graph graph, Map<String, Tensor> tensors, CompileOptions options) {
    this.graph = graph;
    weights = new Weights(tensors);
    execution = new Execution(options.threads());
    team = new Team(options.threads(), options.executor()); // last, as it starts threads
    try {
      end = Forgotten.watch(this, team::close);
    } catch (Throwable e) {
      team.close();
      throw e;
    }
  }

  @Override
  public void run(Shape input, float[] images, float[][] outputs) {
    try {
      begin(input, images, outputs);
      long start = System.nanoTime();
      team.run(execution);
      programs[0].rehearsal().afterRun(System.nanoTime() - start);
    } finally {
      execution.release();
    }
  }

  @Override
  public boolean prepare(Shape input, long nanos) {
    Rehearsal rehearsal = program(input).rehearsal();
    rehearsal.rehearse(nanos);
    return rehearsal.isOver();
  }

  /** Uses generated kernels at once, for tests of both kinds. */
  void settle(Shape input) {
    program(input).rehearsal().settle();
  }

  @Override
  public ExecutionReport report(Shape input) {
    Program program = program(input);
    return new ExecutionReport(
        program.reports(),
        program.placement().activationBytes(),
        program.placement().liveBytes(),
        weights.bytes());
  }

  @Override
  public long[] profile(Shape input, float[] images) {
    int batch = input.extent(0);
    Program program = program(input);
    long[] nanos = new long[program.reports().size()];
    try {
      begin(input, images, program.newOutputs(batch));
      for (int image = 0; image < batch; image++) {
        for (int step = 0; step < nanos.length; step++) {
          Job job = execution.part(image, program.stages(step));
          long start = System.nanoTime();
          team.run(job);
          nanos[step] += System.nanoTime() - start;
        }
      }
    } finally {
      execution.release();
    }
    return nanos;
  }

  @Override
  public void close() {
    end.clean();
    execution.close();
    weights.close();
    Arrays.fill(programs, null);
  }

  private void begin(Shape input, float[] images, float[][] outputs) {
    int imageLength = input.extent(1) * input.extent(2) * input.extent(3);
    execution.begin(program(input), input.extent(0), imageLength, images, outputs);
  }

  /** The program for a size, which becomes the most recently used. */
  private Program program(Shape input) {
    int height = input.extent(2);
    int width = input.extent(3);
    int at = 0;
    while (at < MAX_PROGRAMS - 1 && programs[at] != null && !programs[at].fits(height, width)) {
      at++;
    }
    Program program = programs[at];
    if (program == null || !program.fits(height, width)) {
      program = ProgramBuilder.build(graph, weights, team.size(), height, width);
    }
    System.arraycopy(programs, 0, programs, 1, at);
    programs[0] = program;
    return program;
  }
}
