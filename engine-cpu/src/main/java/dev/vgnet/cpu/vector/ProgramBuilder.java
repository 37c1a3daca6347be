package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.StepCompiler.CompiledStep;
import dev.vgnet.graph.Graph;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.PlanText;
import dev.vgnet.plan.Planner;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.StepCost;
import dev.vgnet.plan.Value;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Turns the plan of a graph into passes over an arena. For one thread. */
final class ProgramBuilder {
  private final Graph graph;
  private final Plan plan;
  private final Placement placement;
  private final Weights weights;
  private final boolean withInput;
  private final int threads;
  private final StepCompiler compiler;

  private final List<Pass> passes = new ArrayList<>();
  private final List<Integer> steps = new ArrayList<>();
  private final List<StepReport> reports = new ArrayList<>();

  private ProgramBuilder(Graph graph, Weights weights, int threads, int height, int width) {
    this.graph = graph;
    this.weights = weights;
    this.threads = threads;
    plan = Planner.plan(graph, weights.shapes(), height, width);
    withInput =
        plan.outputs().stream().anyMatch(this::touchesInput)
            || plan.steps().stream().anyMatch(this::readsPlacedInput);
    placement = new Placement(plan, withInput);
    compiler = new StepCompiler(placement, this::isInput, weights, threads);
  }

  /**
   * The program for images of one size.
   *
   * @throws IllegalArgumentException if they are too large
   */
  static Program build(Graph graph, Weights weights, int threads, int height, int width) {
    return new ProgramBuilder(graph, weights, threads, height, width).build();
  }

  private Program build() {
    if (withInput) {
      Buffer input = plan.input();
      RowSource image = RowSource.Image.of(Value.of(input));
      add(new CopyPass(image, placement.view(input).whole()));
      report(graph.input(), "input", "to NHWC", shape(input), copyOf(shape(input)));
    }
    for (Step step : plan.steps()) {
      CompiledStep compiled = compiler.compile(step);
      compiled.passes().forEach(this::add);
      report(
          step.name(),
          PlanText.kind(step),
          compiled.kernel(),
          shape(step.output()),
          StepCost.of(step, weights.shapes()));
    }
    List<Shape> outputs = new ArrayList<>();
    for (int i = 0; i < plan.outputs().size(); i++) {
      View value = placement.view(plan.outputs().get(i));
      add(new OutputPass(i, value));
      outputs.add(Shape.of(value.channels(), value.height(), value.width()));
      Shape output = outputs.getLast();
      report(graph.outputs().get(i), "output", "to NCHW", output, copyOf(output));
    }
    return new Program(
        plan.input().height(),
        plan.input().width(),
        passes,
        steps,
        reports,
        outputs,
        placement,
        Arenas.index(
            placement.end() + AlignedArrays.padded((long) compiler.shared() + Vectors.LANES)),
        threads);
  }

  private void add(Pass pass) {
    passes.add(pass);
    steps.add(reports.size());
  }

  private void report(String name, String kind, String kernel, Shape output, StepCost cost) {
    long bytes = Float.BYTES * cost.numbers();
    reports.add(new StepReport(name, kind, kernel, output, cost.multiplyAccumulates(), bytes));
  }

  private static Shape shape(Buffer buffer) {
    return Shape.of(buffer.channels(), buffer.height(), buffer.width());
  }

  private static StepCost copyOf(Shape map) {
    return new StepCost(0, 2 * map.elementCount());
  }

  private boolean readsPlacedInput(Step step) {
    boolean fromCaller =
        step instanceof Step.Convolution convolution && isInput(convolution.input());
    return step.inputs().stream().skip(fromCaller ? 1 : 0).anyMatch(this::touchesInput);
  }

  private boolean isInput(Value value) {
    return value.segments().stream().allMatch(this::isInput);
  }

  private boolean touchesInput(Value value) {
    return value.segments().stream().anyMatch(this::isInput);
  }

  private boolean isInput(Segment segment) {
    return segment.buffer().equals(plan.input());
  }
}
