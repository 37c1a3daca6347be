package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.cuda.program.Program.Output;
import dev.vgnet.cuda.program.Program.ProgramStep;
import dev.vgnet.cuda.program.StepCompiler.CompiledStep;
import dev.vgnet.graph.Graph;
import dev.vgnet.plan.JoinedSteps;
import dev.vgnet.plan.Plan;
import dev.vgnet.plan.Planner;
import dev.vgnet.plan.StepCost;
import dev.vgnet.plan.Value;
import dev.vgnet.plan.Writers;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the plan of a graph into launches. An arena holds, in this order, the images and the
 * outputs as the caller has them, the feature maps, and the workspace. For one thread.
 */
final class ProgramBuilder {
  private final Graph graph;
  private final Driver driver;
  private final KernelChoice choice;
  private final DeviceWeights weights;
  private final Precision precision;
  private final int elementBytes;
  private final Shape input;
  private final Plan plan;
  private final Placement placement;

  /**
   * @param input {@code [N, C, H, W]}
   */
  ProgramBuilder(
      Graph graph,
      Driver driver,
      KernelChoice choice,
      DeviceWeights weights,
      Precision precision,
      Shape input) {
    this.graph = graph;
    this.driver = driver;
    this.choice = choice;
    this.weights = weights;
    this.precision = precision;
    elementBytes = precision == Precision.FP16 ? Short.BYTES : Float.BYTES;
    this.input = input;
    plan = Planner.plan(graph, weights.shapes(), input.extent(2), input.extent(3));
    placement = new Placement(plan, input.extent(0), elementBytes);
  }

  /** The bytes of an arena in which the program can be built. */
  long bytes() {
    return build(0, weights.unplaced()).bytes();
  }

  /**
   * The program.
   *
   * @param arena the address of {@link #bytes}
   */
  Program build(long arena) {
    return build(arena, weights);
  }

  private Program build(long arena, DeviceWeights placedWeights) {
    long images = arena;
    long next = arena + aligned(input.elementCount());
    List<Long> addresses = new ArrayList<>();
    for (Value value : plan.outputs()) {
      addresses.add(next);
      next += aligned(numbers(value));
    }
    long base = next;
    List<Output> outputs = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      Value value = plan.outputs().get(i);
      outputs.add(new Output(addresses.get(i), numbers(value), placement.view(value, base)));
    }
    Optional<View> imported =
        placement.isPlaced(plan.input())
            ? Optional.of(placement.view(Value.of(plan.input()), base))
            : Optional.empty();
    Chooser chooser = new Chooser(driver, choice, precision, placement, base, placedWeights);
    StepCompiler compiler = new StepCompiler(driver, choice, placedWeights, chooser);
    List<ProgramStep> steps = new ArrayList<>();
    steps.add(imported(images, imported));
    Writers writers = new Writers(plan.input(), graph.input());
    for (CompiledStep compiled : compiler.compile(plan)) {
      steps.add(new ProgramStep(report(compiled, writers), compiled.work()));
      compiled.steps().forEach(writers::add);
    }
    for (int i = 0; i < outputs.size(); i++) {
      steps.add(exported(i, writers, outputs.get(i)));
    }
    return new Program(
        input,
        images,
        imported,
        outputs,
        steps,
        base + placement.size() + compiler.workspaceSize() - arena,
        placement.size(),
        placement.liveSize());
  }

  private ProgramStep imported(long images, Optional<View> map) {
    Value value = Value.of(plan.input());
    List<Work> work = map.map(view -> Transfers.importImages(images, view)).orElseGet(List::of);
    return new ProgramStep(copy(graph.input(), "input", List.of(), "to NHWC", shape(value)), work);
  }

  private ProgramStep exported(int index, Writers writers, Output output) {
    Value value = plan.outputs().get(index);
    List<String> inputs = writers.of(List.of(value));
    return new ProgramStep(
        copy(graph.outputs().get(index), "output", inputs, "to NCHW", shape(value)),
        Transfers.exportValues(output.map(), output.address()));
  }

  private StepReport report(CompiledStep compiled, Writers writers) {
    JoinedSteps joined = new JoinedSteps(compiled.steps());
    StepCost cost = joined.cost(weights.shapes(), compiled.neverStored());
    return new StepReport(
        joined.last().name(),
        joined.kind(),
        writers.of(joined.inputs()),
        compiled.kernel(),
        shape(Value.of(joined.last().output())),
        cost.multiplyAccumulates(),
        elementBytes * cost.numbers());
  }

  private StepReport copy(String name, String kind, List<String> inputs, String kernel, Shape map) {
    long bytes = 2 * elementBytes * map.elementCount();
    return new StepReport(name, kind, inputs, kernel, map, 0, bytes);
  }

  private long numbers(Value value) {
    return input.extent(0) * shape(value).elementCount();
  }

  private static Shape shape(Value value) {
    return Shape.of(value.channels(), value.height(), value.width());
  }

  private static long aligned(long numbers) {
    return Math.ceilDiv(numbers * Float.BYTES, Placement.ALIGNMENT) * Placement.ALIGNMENT;
  }
}
