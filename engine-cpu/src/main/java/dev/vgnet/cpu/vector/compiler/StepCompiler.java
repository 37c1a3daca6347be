package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.compiler.ProductCompiler.Layer;
import dev.vgnet.cpu.vector.pass.AdaptivePoolPass;
import dev.vgnet.cpu.vector.pass.CascadePass;
import dev.vgnet.cpu.vector.pass.CascadePass.Link;
import dev.vgnet.cpu.vector.pass.ElementwisePass;
import dev.vgnet.cpu.vector.pass.Finish;
import dev.vgnet.cpu.vector.pass.GatherPass;
import dev.vgnet.cpu.vector.pass.MultiplyPass;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.PoolPass;
import dev.vgnet.cpu.vector.pass.SumPass;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.Window;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns steps into passes. For one thread. */
public final class StepCompiler {
  /**
   * @param kernel how the step is computed, in words
   */
  public record CompiledStep(List<Pass> passes, String kernel) {}

  private final StepContext steps;
  private final ProductCompiler products;
  private final ConvolutionCompiler convolutions;

  public StepCompiler(StepContext steps) {
    this.steps = steps;
    products = new ProductCompiler(steps);
    convolutions = new ConvolutionCompiler(steps, products);
  }

  /** The passes of a cascade, which is one where there are several steps, or rows of an image. */
  public CompiledStep compile(Cascade cascade) {
    if (cascade.steps().size() == 1 && cascade.image().isEmpty()) {
      return compile(cascade.steps().getFirst());
    }
    List<Pass> passes = new ArrayList<>();
    List<Link> links = new ArrayList<>();
    List<String> kernels = new ArrayList<>();
    cascade.image().ifPresent(step -> kernels.add(addImage(step, links)));
    for (Step step : cascade.steps().subList(links.isEmpty() ? 0 : 1, cascade.steps().size())) {
      CompiledStep compiled = compile(step);
      List<Pass> before = compiled.passes().subList(0, compiled.passes().size() - 1);
      passes.addAll(before); // only the first step may have to put its input together
      int height = step.output().height();
      links.add(new Link(compiled.passes().getLast(), height, Cascade.window(step)));
      kernels.add(compiled.kernel());
    }
    passes.add(new CascadePass(links, cascade.blocks(steps.threads()), cascade.rowsSize()));
    return new CompiledStep(passes, String.join(", ", kernels));
  }

  private String addImage(Step.Convolution step, List<Link> links) {
    View rows = Cascade.imageRows(step);
    View output = steps.view(step.output());
    Window window = new Window(step.kernel(), step.stride(), 0);
    String kernel = convolutions.ofImage(step, rows, window, output);
    List<Pass> passes = steps.takePasses();
    links.add(new Link(passes.getFirst(), rows.height(), new Window(1, 1, 0)));
    links.add(new Link(passes.getLast(), output.height(), window));
    return kernel;
  }

  private CompiledStep compile(Step step) {
    String kernel = build(step);
    return new CompiledStep(steps.takePasses(), kernel);
  }

  /** Adds a step's passes, and says how they compute it. */
  private String build(Step step) {
    View output = steps.view(step.output());
    return switch (step) {
      case Step.Pointwise s -> products.pointwise(s, output);
      case Step.Linear s -> products.linear(s, output);
      case Step.Convolution s -> convolutions.convolution(s, output);
      case Step.Depthwise s -> convolutions.depthwise(s, output);
      case Step.SqueezeExcite s -> squeezeExcite(s, output);
      case Step.Pool s -> {
        Window window = new Window(s.kernel(), s.stride(), s.padding());
        steps.add(new PoolPass(s.kind(), steps.view(s.input()), output, window));
        yield s.kernel() + "x" + s.kernel() + " s" + s.stride();
      }
      case Step.AdaptiveAveragePool s -> {
        steps.add(new AdaptivePoolPass(steps.view(s.input()), output));
        yield "means";
      }
      case Step.GlobalAveragePool s -> {
        mean(steps.view(s.input()), output, 0);
        yield "mean";
      }
      case Step.Elementwise s -> elementwise(s, output);
      case Step.Multiply s -> {
        steps.add(new MultiplyPass(steps.view(s.input()), steps.view(s.factor()), output));
        yield "product";
      }
      case Step.Copy s -> {
        SortedValue sorted = SortedValue.of(s.input());
        steps.add(new GatherPass(steps.view(sorted.value()), sorted.channels(), output));
        yield "gather";
      }
    };
  }

  private String squeezeExcite(Step.SqueezeExcite step, View output) {
    View input = steps.view(step.input());
    View mean = steps.sharedMap(0, 1, input.channels());
    int squeezed = steps.weights().shapes().get(step.reduceWeight()).extent(0);
    View reduced = steps.sharedMap(steps.end(mean), 1, squeezed);
    View factors = steps.sharedMap(steps.end(reduced), 1, input.channels());
    mean(input, mean, steps.end(factors));
    String reduce =
        excite(step.name(), step.reduceWeight(), step.reduceBias(), step.inner(), mean, reduced);
    excite(step.name(), step.expandWeight(), step.expandBias(), step.gate(), reduced, factors);
    steps.add(new MultiplyPass(input, factors, output));
    return "mean, " + reduce + ", product";
  }

  /**
   * The mean of each channel over all pixels: a sum of sums, so that workers can share it.
   *
   * @param offset of free room that the passes of a step share
   */
  private void mean(View input, View output, int offset) {
    int strips = SumPass.strips(input.pixels());
    if (strips == 1) {
      steps.add(new SumPass(input, output, input.pixels()));
    } else {
      View sums = steps.sharedMap(offset, strips, input.channels());
      steps.add(new SumPass(input, sums, 1));
      steps.add(new SumPass(sums, output, input.pixels()));
    }
  }

  private String excite(
      String step,
      String weight,
      Optional<String> bias,
      Function activation,
      View input,
      View output) {
    Folding folding = Folding.of(bias, Optional.empty(), steps.weights()::values);
    Finish finish =
        new Finish(
            folding.bias(),
            Optional.of(activation),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            output,
            output);
    return products.dense(
        new Layer(step, weight, bias, folding),
        Optional.empty(),
        input,
        ProductCompiler.inOrder(input),
        1,
        output,
        finish);
  }

  private String elementwise(Step.Elementwise step, View output) {
    View input = steps.view(step.input());
    Epilogue epilogue = normLast(step.epilogue());
    Optional<Affine> first =
        epilogue.foldedNorm().map(norm -> Affine.of(norm, steps.weights()::values));
    if (first.isPresent()) {
      // The norm that others fold into their weights is a pass of its own here.
      Finish norm =
          new Finish(
              Optional.empty(),
              Optional.empty(),
              first,
              Optional.empty(),
              Optional.empty(),
              input,
              output);
      steps.add(new ElementwisePass(output, norm));
    }
    Finish finish =
        steps.finish(epilogue, Optional.empty(), first.isPresent() ? output : input, output);
    if (first.isEmpty() || !finish.isIdentity()) {
      steps.add(new ElementwisePass(output, finish));
    }
    return "rows f32x" + Vectors.LANES;
  }

  /** A norm that nothing follows but one activation or a sum needs no pass of its own. */
  private static Epilogue normLast(Epilogue epilogue) {
    boolean ends = epilogue.residual().isEmpty() && epilogue.finalActivation().isEmpty();
    return epilogue.norm().isEmpty() && (ends || epilogue.activation().isEmpty())
        ? new Epilogue(
            Optional.empty(),
            Optional.empty(),
            epilogue.foldedNorm(),
            epilogue.residual(),
            ends ? epilogue.activation() : epilogue.finalActivation())
        : epilogue;
  }
}
