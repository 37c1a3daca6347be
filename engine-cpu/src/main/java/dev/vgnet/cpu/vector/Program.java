package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.vector.compiler.Placement;
import dev.vgnet.cpu.vector.pass.ArrayLength;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.List;

/** What is done for images of one size. Immutable but for how far its kernels are rehearsed. */
final class Program {
  private final int height;
  private final int width;
  private final List<StepPass> passes;
  private final List<Stage> stages;
  private final List<StepReport> reports;
  private final List<Shape> outputs;
  private final Placement placement;
  private final Tail tail;
  private final int scratchStart;
  private final int scratch;
  private final int offsets;
  private final int workers;
  private final Rehearsal rehearsal;

  /**
   * @param passes in order
   * @param outputs the shapes of the outputs for one image
   * @param scratchStart where in the arena the workers' scratch starts
   * @param workers who share an image
   */
  Program(
      int height,
      int width,
      List<StepPass> passes,
      List<StepReport> reports,
      List<Shape> outputs,
      Placement placement,
      Tail tail,
      int scratchStart,
      int workers) {
    this.height = height;
    this.width = width;
    this.passes = List.copyOf(passes);
    this.workers = workers;
    rehearsal = new Rehearsal(passes);
    stages = Stage.of(passes, workers);
    this.reports = List.copyOf(reports);
    this.outputs = List.copyOf(outputs);
    this.placement = placement;
    this.tail = tail;
    this.scratchStart = scratchStart;
    int most = passes.stream().mapToInt(Pass::scratch).max().orElse(0);
    scratch = ArrayLength.checked(AlignedArrays.wholeLines(most));
    offsets = passes.stream().mapToInt(Pass::offsets).max().orElse(0);
  }

  /** Whether it is for images of this size. */
  boolean fits(int height, int width) {
    return this.height == height && this.width == width;
  }

  List<StepPass> passes() {
    return passes;
  }

  /** The passes as the workers share them. */
  List<Stage> stages() {
    return stages;
  }

  /** The passes of one step, as the workers share them. */
  List<Stage> stages(int step) {
    StepReport report = reports.get(step);
    return Stage.of(passes.stream().filter(pass -> pass.step() == report).toList(), workers);
  }

  List<StepReport> reports() {
    return reports;
  }

  /** Arrays for all outputs. */
  float[][] newOutputs(int batch) {
    return outputs.stream()
        .map(shape -> new float[ArrayLength.checked(batch * shape.elementCount())])
        .toArray(float[][]::new);
  }

  /** What makes its kernels fast. */
  Rehearsal rehearsal() {
    return rehearsal;
  }

  Placement placement() {
    return placement;
  }

  /** What several images of a worker go through in turns. */
  Tail tail() {
    return tail;
  }

  /** Whether there is anything that they do. */
  boolean hasTail() {
    return tail.firstPass() < passes.size();
  }

  /** Where in the arena a worker's scratch starts. */
  int scratch(int worker) {
    return scratchStart + worker * scratch;
  }

  /** How many offsets each worker needs. */
  int offsets() {
    return offsets;
  }

  /**
   * The length of an arena.
   *
   * @param workers who have scratch in it
   * @throws IllegalArgumentException if no array is that long
   */
  int arenaLength(int workers) {
    return ArrayLength.checked(scratchStart + (long) workers * scratch);
  }
}
