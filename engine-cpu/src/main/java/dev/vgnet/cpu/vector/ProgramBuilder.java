package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.AlignedArrays;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.compiler.Cascade;
import dev.vgnet.cpu.vector.compiler.Placement;
import dev.vgnet.cpu.vector.compiler.StepCompiler;
import dev.vgnet.cpu.vector.compiler.StepCompiler.CompiledStep;
import dev.vgnet.cpu.vector.compiler.StepContext;
import dev.vgnet.cpu.vector.pass.ArrayLength;
import dev.vgnet.cpu.vector.pass.CopyPass;
import dev.vgnet.cpu.vector.pass.OutputPass;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.RowSource;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.Weights;
import dev.vgnet.graph.Graph;
import dev.vgnet.plan.Buffer;
import dev.vgnet.plan.JoinedSteps;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Planner;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.StepCost;
import dev.vgnet.plan.Value;
import dev.vgnet.plan.Writers;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Turns the plan of a graph into passes over an arena. For one thread. */
final class ProgramBuilder {
  private final Graph graph;
  private final Plan plan;
  private final Placement placement;
  private final List<Cascade> cascades;
  private final Weights weights;
  private final boolean withInput;
  private final int threads;
  private final StepContext context;
  private final StepCompiler compiler;

  private final Writers writers;
  private final List<StepPass> passes = new ArrayList<>();
  private final List<StepReport> reports = new ArrayList<>();

  private ProgramBuilder(Graph graph, Weights weights, int threads, int height, int width) {
    this.graph = graph;
    this.weights = weights;
    this.threads = threads;
    plan = Planner.plan(graph, weights.shapes(), height, width);
    withInput =
        plan.outputs().stream().anyMatch(this::touchesInput)
            || plan.steps().stream().anyMatch(this::readsPlacedInput);
    cascades = Cascade.of(plan, threads);
    placement = new Placement(plan, withInput, cascades);
    context = new StepContext(placement, weights, threads);
    compiler = new StepCompiler(context);
    writers = new Writers(plan.input(), graph.input());
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
      Pass copy = new CopyPass(image, placement.view(input).whole());
      add(List.of(copy), copy(graph.input(), "input", List.of(), "to NHWC", shape(input)), false);
    }
    int late = Tail.firstCascade(cascades, weights.shapes());
    cascades.subList(0, late).forEach(this::add);
    int firstPass = passes.size();
    cascades.subList(late, cascades.size()).forEach(this::add);
    List<Shape> outputs = new ArrayList<>();
    for (int i = 0; i < plan.outputs().size(); i++) {
      Value value = plan.outputs().get(i);
      outputs.add(Shape.of(value.channels(), value.height(), value.width()));
      List<String> inputs = writers.of(List.of(value));
      add(
          List.of(new OutputPass(i, placement.view(value))),
          copy(graph.outputs().get(i), "output", inputs, "to NCHW", outputs.getLast()),
          false);
    }
    return new Program(
        plan.input().height(),
        plan.input().width(),
        passes,
        reports,
        outputs,
        placement,
        new Tail(late < cascades.size() ? firstPass : passes.size(), carried(late)),
        ArrayLength.checked(
            placement.end() + AlignedArrays.wholeLines((long) context.shared() + Vectors.LANES)),
        threads);
  }

  private void add(Cascade cascade) {
    CompiledStep compiled = compiler.compile(cascade);
    add(compiled.passes(), report(cascade.joined(), compiled.kernel()), cascade.follows());
    cascade.steps().forEach(writers::add);
  }

  /** The maps that cascades from one on find in the arena and read. */
  private List<View> carried(int first) {
    Set<Buffer> written = new HashSet<>(withInput ? Set.of(plan.input()) : Set.of());
    cascades.subList(0, first).forEach(cascade -> written.add(cascade.joined().last().output()));
    Stream<Value> late =
        cascades.subList(first, cascades.size()).stream()
            .flatMap(c -> c.joined().inputs().stream());
    return Stream.concat(late, plan.outputs().stream())
        .flatMap(value -> value.segments().stream())
        .map(Segment::buffer)
        .distinct()
        .filter(written::contains)
        .map(placement::view)
        .toList();
  }

  private void add(List<Pass> passes, StepReport step, boolean follows) {
    this.passes.addAll(StepPass.of(step, passes, follows));
    reports.add(step);
  }

  private StepReport report(JoinedSteps joined, String kernel) {
    StepCost cost = joined.cost(weights.shapes(), joined.between());
    return new StepReport(
        joined.last().name(),
        joined.kind(),
        writers.of(joined.inputs()),
        kernel,
        shape(joined.last().output()),
        cost.multiplyAccumulates(),
        Float.BYTES * cost.numbers());
  }

  private static StepReport copy(
      String name, String kind, List<String> inputs, String kernel, Shape map) {
    return new StepReport(name, kind, inputs, kernel, map, 0, 2 * Float.BYTES * map.elementCount());
  }

  private static Shape shape(Buffer buffer) {
    return Shape.of(buffer.channels(), buffer.height(), buffer.width());
  }

  private boolean readsPlacedInput(Step step) {
    boolean fromCaller = Cascade.imageConvolution(step, plan).isPresent();
    return step.inputs().stream().skip(fromCaller ? 1 : 0).anyMatch(this::touchesInput);
  }

  private boolean touchesInput(Value value) {
    return value.segments().stream().anyMatch(segment -> segment.buffer().equals(plan.input()));
  }
}
